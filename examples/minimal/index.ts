import * as pulumi from "@pulumi/pulumi";
import { DatabaseBackup } from "pulumi-backup321";

const config = new pulumi.Config();

export const shop = new DatabaseBackup("shop", {
  secretArn: config.require("secretArn"),
  image: config.require("image"),
  vpcId: config.require("vpcId"),
  subnetIds: config.requireObject<string[]>("subnetIds"),
  databaseSecurityGroupId: config.require("databaseSecurityGroupId"),
  databasePort: config.requireNumber("databasePort"),
  replicaRegion: config.require("replicaRegion"),
  scheduleExpression: config.get("scheduleExpression"),
}).primaryBucketName;

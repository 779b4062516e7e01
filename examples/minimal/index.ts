import * as pulumi from "@pulumi/pulumi";
import { DatabaseBackup } from "pulumi-backup321";

const config = new pulumi.Config();

export const shop = new DatabaseBackup("shop", {
  databases: [
    {
      name: "shop",
      secretArn: config.require("secretArn"),
      securityGroupId: config.require("databaseSecurityGroupId"),
      port: config.requireNumber("databasePort"),
    },
  ],
  image: config.require("image"),
  vpcId: config.require("vpcId"),
  subnetIds: config.requireObject<string[]>("subnetIds"),
  replicaRegion: config.require("replicaRegion"),
  scheduleExpression: config.get("scheduleExpression"),
  // Restores the newest point from the replica into a throwaway server, again and again: until then nothing is proven.
  drill: { serverImage: config.require("serverImage") },
}).primaryBucketName;

/**
 * The replica in another account: whoever takes over the account of the database still can't reach it, as long as nobody there may
 * assume the role below but the pipeline that runs this program; who may, administers the replica. The role must be allowed to make
 * buckets, keys, roles, functions and alarms. In TypeScript, `replicaProvider` on the options does the same with a provider of your own.
 */
import * as pulumi from "@pulumi/pulumi";
import { DatabaseBackup } from "pulumi-backup321";

const config = new pulumi.Config();

const backup = new DatabaseBackup("shop", {
  databases: [{ name: "shop", secretArn: config.require("secretArn") }],
  image: config.require("image"),
  vpcId: config.require("vpcId"),
  subnetIds: config.requireObject<string[]>("subnetIds"),
  replicaRegion: config.require("replicaRegion"),
  drill: { serverImage: config.require("serverImage") },
  replicaAssumeRole: { roleArn: config.require("replicaRoleArn"), externalId: config.get("replicaExternalId") },
});

export const { primaryBucketName, replicaBucketName, restorerRoleArn, replicaRestorerRoleArn } = backup;

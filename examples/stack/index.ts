/** Databases described in the stack's configuration, without code: what `pulumi up` in the root of this repository runs. */
import * as pulumi from "@pulumi/pulumi";
import { DatabaseBackup, type DatabaseBackupArgs } from "pulumi-backup321";

const config = new pulumi.Config();
const name = config.get("name") ?? "backups";

const backup = new DatabaseBackup(name, {
  tiers: config.getObject<DatabaseBackupArgs["tiers"]>("tiers"),
  adminPrincipalArns: config.getObject<string[]>("adminPrincipalArns"),
  alertEmails: config.getObject<string[]>("alertEmails"),
  // Whatever else DatabaseBackup takes: schedule, preset, sizes, second account. After what may be left out, or that would undo it.
  ...config.getObject<Partial<DatabaseBackupArgs>>("settings"),
  databases: config.requireObject<DatabaseBackupArgs["databases"]>("databases"),
  image: config.require("image"),
  vpcId: config.require("vpcId"),
  subnetIds: config.requireObject<string[]>("subnetIds"),
  replicaRegion: config.require("replicaRegion"),
});

/** What a person needs to find and restore the backups, and what they promise. */
export const {
  primaryBucketName,
  replicaBucketName,
  restorerRoleArn,
  stateMachineArn,
  securityGroupId,
  objectives,
  estimatedMonthlyCost,
} = backup;

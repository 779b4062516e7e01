import * as pulumi from "@pulumi/pulumi";
import { DatabaseBackup, type DatabaseBackupArgs } from "pulumi-backup321";

/** One entry of `databases` in the stack's configuration: arguments of DatabaseBackup, and the name to give it. */
type DatabaseConfig = Partial<DatabaseBackupArgs> & Pick<DatabaseBackupArgs, "secretArn"> & { name: string };

const config = new pulumi.Config();
/** Arguments that hold for every database, unless its own entry says otherwise. */
const shared = {
  image: config.require("image"),
  vpcId: config.require("vpcId"),
  subnetIds: config.requireObject<string[]>("subnetIds"),
  replicaRegion: config.require("replicaRegion"),
  adminPrincipalArns: config.getObject<string[]>("adminPrincipalArns"),
  alertEmails: config.getObject<string[]>("alertEmails"),
};

/** What a person needs to find and restore each database's backups. */
export const backups = Object.fromEntries(
  config.requireObject<DatabaseConfig[]>("databases").map(({ name, ...own }) => {
    const backup = new DatabaseBackup(name, { ...shared, ...own });
    const { primaryBucketName, replicaBucketName, restorerRoleArn, stateMachineArn, securityGroupId } = backup;
    return [name, { primaryBucketName, replicaBucketName, restorerRoleArn, stateMachineArn, securityGroupId }];
  }),
);

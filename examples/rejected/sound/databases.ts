/** A database that keeps to every rule. */
import * as aws from "@pulumi/aws";

/**
 * Its automated backups are copied to another Region: not 3-2-1, and a backup.
 *
 * @param otherwise what an example does otherwise
 */
export function database(name: string, otherwise: Partial<aws.rds.InstanceArgs> = {}): aws.rds.Instance {
  const made = loneDatabase(name, otherwise);
  new aws.rds.InstanceAutomatedBackupsReplication(name, { sourceDbInstanceArn: made.arn, region: "eu-west-1" });
  return made;
}

/** The same, and nothing that backs it up. */
export function loneDatabase(name: string, otherwise: Partial<aws.rds.InstanceArgs> = {}): aws.rds.Instance {
  return new aws.rds.Instance(name, {
    engine: "postgres",
    engineVersion: "17",
    instanceClass: "db.t4g.small",
    allocatedStorage: 20,
    username: "postgres",
    manageMasterUserPassword: true,
    storageEncrypted: true,
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: `${name}-last`,
    backupRetentionPeriod: 7,
    ...otherwise,
  });
}

import type * as pulumi from "@pulumi/pulumi";
import type { BackupRunnerArgs, DatabaseBackupArgs, FreshnessCheckArgs, RestoreDrillArgs } from "../../components";
import { RepositorySide } from "../../components";
import { ACCOUNT, IMAGE, REGION, REPLICA_REGION, SECRET } from "./mocks";

/** Arguments with only what is required. */
export const BACKUP_ARGS: DatabaseBackupArgs = {
  databases: [{ name: "orders", secretArn: SECRET }],
  image: IMAGE,
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  replicaRegion: REPLICA_REGION,
};

export const RUNNER_ARGS: BackupRunnerArgs = {
  databases: [{ name: "orders", secretArn: SECRET }],
  image: IMAGE,
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  primaryBucketName: "primary-bucket",
  primaryKmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/primary`,
  replicaBucketName: "replica-bucket",
  replicaRegion: REPLICA_REGION,
};

/** Changes RUNNER_ARGS to a list in S3. */
export const LISTED: Partial<BackupRunnerArgs> = {
  databases: undefined,
  databaseList: { bucketName: "lists", key: "databases.json", secretNamePrefix: "backup/" },
};

export const SERVER_IMAGE = `registry.example/postgres@sha256:${"cd".repeat(32)}`;

export const DRILL_ARGS: RestoreDrillArgs = {
  databases: [{ name: "orders" }],
  image: IMAGE,
  serverImage: SERVER_IMAGE,
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  primaryBucketName: "primary-bucket",
  primaryKmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/primary`,
  replicaBucketName: "replica-bucket",
  replicaKmsKeyArn: `arn:aws:kms:${REPLICA_REGION}:${ACCOUNT}:key/replica`,
  replicaRegion: REPLICA_REGION,
};

export const FRESHNESS_ARGS: FreshnessCheckArgs = {
  databases: [{ name: "orders" }],
  bucketName: "primary-bucket",
  side: RepositorySide.Primary,
  rpoMinutes: 1740,
};

/** Options that collect every child, for what mocks do not show. */
export function collecting(into: pulumi.Resource[]): pulumi.ComponentResourceOptions {
  return {
    transformations: [
      ({ resource }) => {
        into.push(resource);
        return undefined;
      },
    ],
  };
}

/** Message of the error that `make` throws. */
export function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

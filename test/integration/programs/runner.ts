/** One runner on a bucket of its own, changed from run to run. */
import * as aws from "@pulumi/aws";
import { BackupRunner, Tier, type DatabaseArgs } from "../../../components";

/** What a run may change; plain data. */
export interface RunnerProgramArgs {
  vpcId: string;
  subnetIds: string[];
  databases?: DatabaseArgs[];
  /** Key of the list, in the bucket `lists`. */
  listKey?: string;
  maxConcurrency?: number;
}

export function program({ vpcId, subnetIds, databases, listKey, maxConcurrency }: RunnerProgramArgs) {
  const key = new aws.kms.Key("points", {});
  const points = new aws.s3.Bucket("points", { objectLockEnabled: true });
  const runner = new BackupRunner("run", {
    databases,
    databaseList: listKey === undefined ? undefined : { bucketName: "lists", key: listKey, secretNamePrefix: "shop-" },
    image: `registry.example/backup321-runner@sha256:${"0".repeat(64)}`,
    vpcId,
    subnetIds,
    primaryBucketName: points.bucket,
    primaryKmsKeyArn: key.arn,
    replicaBucketName: "points-replica",
    replicaRegion: "eu-west-1",
    tiers: [
      { tier: Tier.Daily, expireDays: 35 },
      { tier: Tier.Weekly, expireDays: 120 },
    ],
    timeoutMinutes: 5,
    vpcEndpoints: { routeTableIds: ["rtb-0123456789abcdef0"] },
    maxConcurrency,
  });
  const { stateMachineArn, starterArn, scheduleGroupName, logGroupName } = runner;
  return { stateMachineArn, starterArn, scheduleGroupName, logGroupName, bucketName: points.bucket };
}

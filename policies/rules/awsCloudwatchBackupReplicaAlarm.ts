import { alarmsOf, silentAlarms } from "../alarms";
import { alarmsByRepository, BACKUP_METRICS, backupComponentsOf } from "../backupComponents";
import { backupBucketsOf } from "../backupBuckets";
import type { StackBucket } from "../buckets";
import { iso27001, type StackRule, type Verdict } from "../definition";
import { jsonText } from "../jsonTexts";
import type { Stack } from "../stack";
import { at, rawProps, UNKNOWN } from "../unknowns";

const SAYS_REPLICATION = /replica/i;
/** The bucket's own arguments that replicate it, in each spelling. */
const INLINE = ["replicationConfiguration", "replicationConfigurations"] as const;

/**
 * Refuses replicas that nobody watches: replication fails object by object, in silence, and the replica is what is left
 * when the primary's region is not.
 *
 * Severity high. A backup made with this library's components needs an alarm for each of its databases on the freshness of
 * the replica, in the replica's region, that goes off when no data comes. Any other backup bucket that the stack replicates
 * needs one alarm with an action whose name, description or metric is about replication, or a notification of S3's
 * `s3:Replication` events; there missing data is not judged, since S3 publishes nothing where nothing is copied. Where an
 * alarm's region is not known it counts. A treatMissingData that is not known is noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
 */
export const awsCloudwatchBackupReplicaAlarm: StackRule = {
  name: "aws-cloudwatch-backup-replica-alarm",
  displayName: "Replicas of backups are watched",
  description:
    "The replica of every backup must have an alarm, in its own region where it is on the replica's freshness.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2", "SOC2-CC7.2"],
  remediationSteps:
    "Add an aws.cloudwatch.MetricAlarm on OperationsFailedReplication of AWS/S3 in the bucket's region, with alarmActions; with this library a FreshnessCheck of the replica, in its region, with a topic there.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html",
  judges: ["metricAlarm", "databaseBackup", "backupRunner", "bucket", "bucketReplication", "bucketNotification"],
  readsInputsOf: ["metricAlarm", "databaseBackup", "backupRunner", "bucket"],
  judgeStack: (stack, verdict) => {
    judgeComponents(stack, verdict);
    judgeBuckets(stack, verdict);
  },
};

function judgeComponents(stack: Stack, verdict: Verdict): void {
  const alarmsOn = alarmsByRepository(stack, BACKUP_METRICS.freshness);
  for (const { entry, label, repository, replicaRegion } of backupComponentsOf(stack)) {
    const alarms = alarmsOn(repository).filter((alarm) => {
      const region = stack.regionOf(alarm);
      const isThere = region === undefined || typeof replicaRegion !== "string" || region === replicaRegion;
      return isThere && alarm.dimensions.get("Side") === "replica";
    });
    if (alarms.length === 0) {
      const where = typeof replicaRegion === "string" ? replicaRegion : "the replica's region";
      verdict.violation(
        entry,
        `${label} has no alarm in ${where} on the freshness of its replica; add a FreshnessCheck of the replica there.`,
      );
    }
    for (const { alarm, problem } of silentAlarms(alarms)) {
      if (problem === UNKNOWN) {
        verdict.unknown(alarm, `${alarm.label}: treatMissingData is not known yet; it is judged at the update.`);
      } else {
        verdict.violation(alarm, `${alarm.label} watches the replica of backups: ${problem}.`);
      }
    }
  }
}

function judgeBuckets(stack: Stack, verdict: Verdict): void {
  const replicated = backupBucketsOf(stack).all.filter(isReplicated);
  const isWatched = alarmsOf(stack).some(({ text, tells }) => tells && SAYS_REPLICATION.test(text));
  if (isWatched) return;
  for (const bucket of replicated) {
    const notifications = stack.partsOf(bucket.entry, "bucket", "bucketNotification", "bucket");
    if (notifications.some(({ props }) => jsonText(rawProps(props)).includes("s3:Replication:"))) continue;
    verdict.violation(
      bucket,
      `${bucket.label} is replicated, and no alarm tells when that fails; add a metric alarm on OperationsFailedReplication with alarmActions.`,
    );
  }
}

function isReplicated(bucket: StackBucket): boolean {
  const isInline = INLINE.some((argument) => at(bucket.inputs, argument) !== undefined);
  return isInline || bucket.parts("bucketReplication").length > 0;
}

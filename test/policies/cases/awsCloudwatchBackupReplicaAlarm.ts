import { awsCloudwatchBackupReplicaAlarm } from "../../../policies/rules/awsCloudwatchBackupReplicaAlarm";
import { RUN_TYPES } from "../backupStacks";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCases } from "../ruleCases";
import { backupBucket, bucket, part, TYPES } from "../stacks";

const REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const NOTIFICATION = "aws:s3/bucketNotification:BucketNotification";
const unwatched = (label = "aws.s3.Bucket"): string =>
  `${label} "b" is replicated, and no alarm tells when that fails; add a metric alarm on OperationsFailedReplication with alarmActions.`;
const none = (where: string, label = "DatabaseBackup"): string =>
  `pulumi-backup321 ${label} "shop" has no alarm in ${where} on the freshness of its replica; add a FreshnessCheck of the replica there.`;
const watches = (problem: string, label = "aws.cloudwatch.MetricAlarm"): string =>
  `${label} "age" watches the replica of backups: ${problem}.`;
const MISSING = 'treatMissingData must be "breaching", got nothing: without it nobody hears of a check that stopped';

const TELLS = { treatMissingData: "breaching", alarmActions: ["arn:topic"] };
const alarm = (props: object): Written => ({
  type: RUN_TYPES.alarm,
  name: "failed",
  props: { namespace: "AWS/S3", ...props },
});
const replicated = (...more: Written[]): Written[] => [backupBucket(), part(REPLICATION, {}, "replication"), ...more];
const backup = (props: object = {}, type: string = RUN_TYPES.databaseBackup): Written => ({
  type,
  name: "shop",
  props: { replicaRegion: "eu-west-1", ...props },
});
const healthy = (props: object = {}, dimensions: object = {}, type: string = RUN_TYPES.alarm): Written => ({
  type,
  name: "age",
  props: {
    namespace: "Backup321",
    metricName: "Healthy",
    region: "eu-west-1",
    dimensions: { Repository: "shop", Side: "replica", Database: "orders", ...dimensions },
    ...TELLS,
    ...props,
  },
});

export const cases: RuleCases = {
  rule: awsCloudwatchBackupReplicaAlarm,
  compliant: [
    { name: "a DatabaseBackup with an alarm in the replica's region passes", stack: [backup(), healthy()], expect: [] },
    {
      name: "an alarm of a provider of that region passes",
      stack: [backup(), { ...healthy({ region: undefined }), provider: { region: "eu-west-1" } }],
      expect: [],
    },
    {
      name: "a bucket with an alarm on failed replication passes",
      stack: replicated(alarm({ metricName: "OperationsFailedReplication", alarmActions: ["arn:topic"] })),
      expect: [],
    },
    {
      name: "a bucket whose failed replication is an event that somebody gets passes",
      stack: replicated(
        part(NOTIFICATION, { topics: [{ events: ["s3:Replication:OperationFailedReplication"] }] }, "events"),
      ),
      expect: [],
    },
    { name: "a backup bucket without replication passes", stack: [backupBucket()], expect: [] },
    { name: "another bucket with replication passes", stack: [bucket(), part(REPLICATION, {}, "r")], expect: [] },
  ],
  violations: [
    { name: "fails for a DatabaseBackup without alarms", stack: [backup()], expect: [none("eu-west-1")] },
    {
      name: "fails with an alarm on the primary alone",
      stack: [backup(), healthy({}, { Side: "primary" })],
      expect: [none("eu-west-1")],
    },
    {
      name: "fails with an alarm in another region",
      stack: [backup(), healthy({ region: "eu-central-1" })],
      expect: [none("eu-west-1")],
    },
    {
      name: "fails for a BackupRunner by itself",
      stack: [backup({ repositoryName: "records" }, RUN_TYPES.backupRunner), healthy()],
      expect: [none("eu-west-1", "BackupRunner")],
    },
    {
      name: "fails when the replica's alarm takes silence for health",
      stack: [backup(), healthy({ treatMissingData: undefined })],
      expect: [watches(MISSING)],
    },
    { name: "fails for a bucket without alarms", stack: replicated(), expect: [unwatched()] },
    {
      name: "fails when an alarm on failed replication tells nobody",
      stack: replicated(alarm({ metricName: "OperationsFailedReplication" })),
      expect: [unwatched()],
    },
    {
      name: "fails with an alarm on something else",
      stack: replicated(alarm({ metricName: "BucketSizeBytes", alarmActions: ["arn:topic"] })),
      expect: [unwatched()],
    },
    {
      name: "fails with notifications of other events",
      stack: replicated(part(NOTIFICATION, { topics: [{ events: ["s3:ObjectCreated:*"] }] }, "events")),
      expect: [unwatched()],
    },
  ],
  spellings: [
    {
      name: "fails as aws-native.cloudwatch.Alarm",
      stack: [
        backup(),
        healthy(
          {
            treatMissingData: undefined,
            dimensions: [
              { name: "Repository", value: "shop" },
              { name: "Side", value: "replica" },
            ],
          },
          {},
          RUN_TYPES.nativeAlarm,
        ),
      ],
      expect: [watches(MISSING, "aws-native.cloudwatch.Alarm")],
    },
    {
      name: "the argument of aws.s3.Bucket",
      stack: [backupBucket({ replicationConfiguration: { rules: [] } })],
      expect: [unwatched()],
    },
    {
      name: "the argument of aws.s3.BucketV2",
      stack: [backupBucket({ replicationConfigurations: [{}] }, TYPES.bucketV2)],
      expect: [unwatched("aws.s3.BucketV2")],
    },
    {
      name: "the argument of aws-native.s3.Bucket",
      stack: [backupBucket({ replicationConfiguration: { rules: [] } }, TYPES.native)],
      expect: [unwatched("aws-native.s3.Bucket")],
    },
  ],
  unknowns: [
    {
      name: "a treatMissingData that is not known is noted",
      stack: [backup(), healthy({ treatMissingData: UNKNOWN_TEXT })],
      expect: [
        'note: aws.cloudwatch.MetricAlarm "age": treatMissingData is not known yet; it is judged at the update.',
      ],
    },
    {
      name: "an alarm counts where its region is not known",
      stack: [backup(), healthy({ region: undefined })],
      expect: [],
    },
    {
      name: "an alarm counts where the replica's region is not known",
      stack: [backup({ replicaRegion: UNKNOWN_TEXT }), healthy()],
      expect: [],
    },
    {
      name: "fails without alarms where the replica's region is not known",
      stack: [backup({ replicaRegion: UNKNOWN_TEXT })],
      expect: [none("the replica's region")],
    },
    {
      name: "actions that are not known are about to be created",
      stack: replicated(alarm({ metricName: "ReplicationLatency", alarmActions: UNKNOWN_TEXT })),
      expect: [],
    },
    {
      name: "a bucket without replication passes, whatever the provider fills in",
      stack: [backupBucket()],
      outputs: [backupBucket({ replicationConfiguration: UNKNOWN_TEXT })],
      expect: [],
    },
  ],
  secrets: [
    {
      name: "fails with a description that is secret",
      stack: [backup(), healthy({ treatMissingData: undefined, alarmDescription: secret("known-to-few") })],
      expect: [watches(MISSING)],
    },
  ],
};

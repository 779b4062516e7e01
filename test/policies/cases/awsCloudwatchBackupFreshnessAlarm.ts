import { awsCloudwatchBackupFreshnessAlarm } from "../../../policies/rules/awsCloudwatchBackupFreshnessAlarm";
import { BACKUPS, PERHAPS_WRITER, role, RUN_TYPES, schedule, task, WRITER } from "../backupStacks";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCases } from "../ruleCases";

const SILENT =
  'aws.s3.Bucket "backups" gets backups on a schedule, and no alarm goes off when they stop; add a metric alarm on the age of the newest backup with treatMissingData "breaching" and alarmActions.';
const BUCKET_LATER =
  'note: aws.s3.Bucket "backups": whether backups are written to it, and an alarm watches them, is not known yet; it is judged at the update.';
const watches = (problem: string, label = 'aws.cloudwatch.MetricAlarm "age"'): string =>
  `${label} watches the freshness of backups: ${problem}.`;
const missing = (got: string): string =>
  `treatMissingData must be "breaching", got ${got}: without it nobody hears of a check that stopped`;
const NOBODY = "alarmActions must name somebody to tell, got none; give it the ARN of a topic";
const none = (label: string): string =>
  `${label} has no alarm on its freshness; add a FreshnessCheck for its primary bucket.`;

const TELLS = { treatMissingData: "breaching", alarmActions: ["arn:topic"] };
const alarm = (props: object = TELLS, name = "backup-age"): Written => ({
  type: RUN_TYPES.alarm,
  name,
  props: { namespace: "Shop", metricName: "Age", ...props },
});
const scheduled: Written[] = [...WRITER, task(), schedule()];

const backup = (type: string = RUN_TYPES.databaseBackup, props: object = {}): Written => ({
  type,
  name: "shop",
  props,
});
const healthy = (props: object = TELLS, dimensions: object = {}, name = "age"): Written => ({
  type: RUN_TYPES.alarm,
  name,
  props: {
    namespace: "Backup321",
    metricName: "Healthy",
    dimensions: { Repository: "shop", Side: "primary", Database: "orders", ...dimensions },
    ...props,
  },
});
const nativeHealthy = (props: object): Written => {
  const written = healthy(props);
  const dimensions = Object.entries({ Repository: "shop", Side: "primary" }).map(([name, value]) => ({ name, value }));
  return { ...written, type: RUN_TYPES.nativeAlarm, props: { ...written.props, dimensions } };
};
const composite = (type: string): Written => ({
  type,
  name: "all",
  props: { alarmRule: UNKNOWN_TEXT },
  dependsOn: { alarmRule: ["age"] },
});

export const cases: RuleCases = {
  rule: awsCloudwatchBackupFreshnessAlarm,
  compliant: [
    { name: "a scheduled backup with an alarm on it passes", stack: [...scheduled, alarm()], expect: [] },
    {
      name: "what the alarm is about may stand in its metrics",
      stack: [
        ...scheduled,
        alarm({ ...TELLS, metricQueries: [{ id: "m", metric: { metricName: "SecondsSinceBackup" } }] }, "a"),
      ],
      expect: [],
    },
    {
      name: "one good alarm is enough beside a milder one",
      stack: [...scheduled, alarm(), alarm({ treatMissingData: "ignore" }, "backup-size")],
      expect: [],
    },
    { name: "a backup bucket that nothing scheduled writes to passes", stack: WRITER, expect: [] },
    {
      name: "a schedule of something else passes",
      stack: [BACKUPS, role(), task(), schedule()],
      expect: [],
    },
    { name: "a DatabaseBackup with its alarms passes", stack: [backup(), healthy()], expect: [] },
    {
      name: "a milder alarm beside a good one on the same metric passes",
      stack: [backup(), healthy(), healthy({ treatMissingData: "ignore" }, {}, "another")],
      expect: [],
    },
    {
      name: "a BackupRunner inside of a DatabaseBackup is not judged twice, nor is its schedule",
      stack: [
        ...WRITER,
        task(),
        backup(),
        { ...backup(RUN_TYPES.backupRunner, { repositoryName: "shop" }), name: "runner", parent: "shop" },
        { ...schedule(), parent: "runner" },
        healthy(),
      ],
      expect: [],
    },
  ],
  violations: [
    { name: "fails without any alarm", stack: scheduled, expect: [SILENT] },
    {
      name: "fails with an alarm on something else",
      stack: [...scheduled, alarm(TELLS, "cpu")],
      expect: [SILENT],
    },
    {
      name: "fails when missing data is fine",
      stack: [...scheduled, alarm({ ...TELLS, treatMissingData: "notBreaching" })],
      expect: [SILENT],
    },
    {
      name: "fails when nothing is said of missing data",
      stack: [...scheduled, alarm({ alarmActions: ["arn:topic"] })],
      expect: [SILENT],
    },
    {
      name: "fails when the alarm tells nobody",
      stack: [...scheduled, alarm({ treatMissingData: "breaching" })],
      expect: [SILENT],
    },
    {
      name: "fails for a DatabaseBackup without alarms",
      stack: [backup()],
      expect: [none('pulumi-backup321 DatabaseBackup "shop"')],
    },
    {
      name: "fails for a BackupRunner by itself, by the name of its repository",
      stack: [backup(RUN_TYPES.backupRunner, { repositoryName: "records" }), healthy()],
      expect: [none('pulumi-backup321 BackupRunner "shop"')],
    },
    {
      name: "fails with an alarm on the replica alone, or on another metric",
      stack: [
        backup(),
        healthy(TELLS, { Side: "replica" }),
        healthy({ ...TELLS, metricName: "DumpSeconds" }, {}, "slow"),
      ],
      expect: [none('pulumi-backup321 DatabaseBackup "shop"')],
    },
    {
      name: "fails for the one database whose alarm takes silence for health",
      stack: [
        backup(),
        healthy({ ...TELLS, treatMissingData: "notBreaching" }, { Database: "crm" }),
        healthy(TELLS, {}, "good"),
      ],
      expect: [watches(missing('"notBreaching"'))],
    },
    {
      name: "fails when nothing is said of missing data in a component",
      stack: [backup(), healthy({ alarmActions: ["arn:topic"] })],
      expect: [watches(missing("nothing"))],
    },
    {
      name: "fails when the component's alarm tells nobody",
      stack: [backup(), healthy({ treatMissingData: "breaching", alarmActions: [] })],
      expect: [watches(NOBODY)],
    },
    {
      name: "fails when its actions are switched off",
      stack: [backup(), healthy({ ...TELLS, actionsEnabled: false })],
      expect: [watches(NOBODY)],
    },
  ],
  spellings: [
    { name: "passes as aws-native.cloudwatch.Alarm", stack: [backup(), nativeHealthy(TELLS)], expect: [] },
    {
      name: "fails as aws-native.cloudwatch.Alarm",
      stack: [backup(), nativeHealthy({ alarmActions: ["a"] })],
      expect: [watches(missing("nothing"), 'aws-native.cloudwatch.Alarm "age"')],
    },
    ...[RUN_TYPES.composite, RUN_TYPES.nativeComposite].map((type) => ({
      name: `an alarm without actions passes as part of ${type}`,
      stack: [backup(), healthy({ treatMissingData: "breaching" }), composite(type)],
      expect: [],
    })),
    {
      name: "metrics of aws-native.cloudwatch.Alarm say what it is about",
      stack: [
        ...scheduled,
        {
          ...alarm({ ...TELLS, metrics: [{ metricStat: { metric: { metricName: "DumpAge" } } }] }, "a"),
          type: RUN_TYPES.nativeAlarm,
        },
      ],
      expect: [],
    },
  ],
  unknowns: [
    {
      name: "actions that are not known are about to be created",
      stack: [backup(), healthy({ ...TELLS, alarmActions: UNKNOWN_TEXT })],
      expect: [],
    },
    {
      name: "a treatMissingData that is not known is noted",
      stack: [backup(), healthy({ ...TELLS, treatMissingData: UNKNOWN_TEXT })],
      expect: [
        'note: aws.cloudwatch.MetricAlarm "age": treatMissingData is not known yet; it is judged at the update.',
      ],
    },
    {
      name: "fails when it tells nobody, whatever treatMissingData",
      stack: [backup(), healthy({ treatMissingData: UNKNOWN_TEXT })],
      expect: [watches(NOBODY)],
    },
    {
      name: "a repository whose name is not known has any alarm",
      stack: [backup(RUN_TYPES.backupRunner, { repositoryName: UNKNOWN_TEXT }), healthy(TELLS, { Repository: "x" })],
      expect: [],
    },
    {
      name: "a treatMissingData that is not known is noted for a bucket",
      stack: [...scheduled, alarm({ ...TELLS, treatMissingData: UNKNOWN_TEXT })],
      expect: [BUCKET_LATER],
    },
    {
      name: "a bucket is noted while nobody knows whether backups are written to it",
      stack: [...PERHAPS_WRITER, task(), schedule()],
      expect: [BUCKET_LATER],
    },
    {
      name: "fails without actions, which the provider fills in",
      stack: [backup(), healthy({ treatMissingData: "breaching" })],
      outputs: [backup(), healthy({ treatMissingData: "breaching", alarmActions: UNKNOWN_TEXT })],
      expect: [watches(NOBODY)],
    },
  ],
  secrets: [
    {
      name: "fails with a description that is secret",
      stack: [backup(), healthy({ alarmActions: ["a"], alarmDescription: secret("known-to-few") })],
      expect: [watches(missing("nothing"))],
    },
  ],
};

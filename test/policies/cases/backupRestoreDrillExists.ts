import { backupRestoreDrillExists } from "../../../policies/rules/backupRestoreDrillExists";
import { RUN_TYPES } from "../backupStacks";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCases } from "../ruleCases";

const none = (label = 'DatabaseBackup "shop"', repository = "shop"): string =>
  `pulumi-backup321 ${label} has no restore drill; give it one, or name "${repository}" in declaredDrills when another stack drills it.`;
const UNWATCHED =
  'pulumi-backup321 DatabaseBackup "shop" has a restore drill, and no alarm on the age of the last one that passed.';
const watches = (problem: string, label = "aws.cloudwatch.MetricAlarm"): string =>
  `${label} "age" watches restore drills: ${problem}.`;
const MISSING = 'treatMissingData must be "breaching", got nothing: without it nobody hears of a check that stopped';

const backup = (props: object = {}, type: string = RUN_TYPES.databaseBackup): Written => ({
  type,
  name: "shop",
  props,
});
const drill = (props: object = { repositoryName: "shop" }): Written => ({
  type: RUN_TYPES.restoreDrill,
  name: "shop-drill",
  props,
});
const age = (props: object = {}, type: string = RUN_TYPES.alarm): Written => ({
  type,
  name: "age",
  props: {
    metricName: "DrillAgeMinutes",
    dimensions: { Repository: "shop", Database: "orders" },
    treatMissingData: "breaching",
    alarmActions: ["arn:topic"],
    ...props,
  },
});
const declared = { declaredDrills: [{ repository: "shop", stack: "acme/drills/prod" }] };

export const cases: RuleCases = {
  rule: backupRestoreDrillExists,
  compliant: [
    { name: "a backup with a drill and its alarm passes", stack: [backup(), drill(), age()], expect: [] },
    {
      name: "a drill called like the repository passes",
      stack: [
        backup({ repositoryName: "shop-drill" }, RUN_TYPES.backupRunner),
        drill({}),
        age({ dimensions: { Repository: "shop-drill" } }),
      ],
      expect: [],
    },
    {
      name: "a stack without this library's components passes",
      stack: [age({ treatMissingData: "ignore" })],
      expect: [],
    },
  ],
  violations: [
    { name: "fails without a drill", stack: [backup()], expect: [none()] },
    { name: "fails with an alarm and no drill", stack: [backup(), age()], expect: [none()] },
    {
      name: "fails with the drill of another repository",
      stack: [backup(), drill({ repositoryName: "records" }), age()],
      expect: [none()],
    },
    {
      name: "fails for a BackupRunner by itself",
      stack: [backup({ repositoryName: "records" }, RUN_TYPES.backupRunner)],
      expect: [none('BackupRunner "shop"', "records")],
    },
    {
      name: "fails once for two runners of one repository",
      stack: [
        backup({ repositoryName: "records" }, RUN_TYPES.backupRunner),
        { ...backup({ repositoryName: "records" }, RUN_TYPES.backupRunner), name: "warehouse" },
      ],
      expect: [none('BackupRunner "shop"', "records")],
    },
    { name: "fails without an alarm", stack: [backup(), drill()], expect: [UNWATCHED] },
    {
      name: "fails with an alarm on another metric",
      stack: [backup(), drill(), age({ metricName: "DrillRestoreSeconds" })],
      expect: [UNWATCHED],
    },
    {
      name: "fails when the alarm takes silence for health",
      stack: [backup(), drill(), age({ treatMissingData: undefined })],
      expect: [watches(MISSING)],
    },
    {
      name: "fails when the alarm tells nobody",
      stack: [backup(), drill(), age({ alarmActions: [] })],
      expect: [watches("alarmActions must name somebody to tell, got none; give it the ARN of a topic")],
    },
  ],
  spellings: [
    {
      name: "fails as aws-native.cloudwatch.Alarm",
      stack: [
        backup(),
        drill(),
        age(
          { treatMissingData: undefined, dimensions: [{ name: "Repository", value: "shop" }] },
          RUN_TYPES.nativeAlarm,
        ),
      ],
      expect: [watches(MISSING, "aws-native.cloudwatch.Alarm")],
    },
  ],
  unknowns: [
    {
      name: "a treatMissingData that is not known is noted",
      stack: [backup(), drill(), age({ treatMissingData: UNKNOWN_TEXT })],
      expect: [
        'note: aws.cloudwatch.MetricAlarm "age": treatMissingData is not known yet; it is judged at the update.',
      ],
    },
    {
      name: "the drill of a repository that is not known counts",
      stack: [backup(), drill({ repositoryName: UNKNOWN_TEXT }), age()],
      expect: [],
    },
    {
      name: "a repository that is not known has any drill",
      stack: [backup({ repositoryName: UNKNOWN_TEXT }, RUN_TYPES.backupRunner), drill(), age()],
      expect: [],
    },
    {
      name: "fails for a repository that is not known without any drill",
      stack: [backup({ repositoryName: UNKNOWN_TEXT }, RUN_TYPES.backupRunner)],
      expect: [
        'pulumi-backup321 BackupRunner "shop" has no restore drill; give it one, or name its repository in declaredDrills when another stack drills it.',
      ],
    },
  ],
  secrets: [
    {
      name: "fails with a description that is secret",
      stack: [backup({ image: secret("known-to-few") })],
      expect: [none()],
    },
  ],
  others: [
    { name: "a drill declared in another stack passes", stack: [backup()], config: declared, expect: [] },
    {
      name: "fails where another repository is declared",
      stack: [backup({ repositoryName: "records" }, RUN_TYPES.backupRunner)],
      config: declared,
      expect: [none('BackupRunner "shop"', "records")],
    },
  ],
};

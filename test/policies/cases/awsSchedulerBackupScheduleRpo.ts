import { awsSchedulerBackupScheduleRpo } from "../../../policies/rules/awsSchedulerBackupScheduleRpo";
import { BACKUPS, PERHAPS_WRITER, role, RUN_TYPES, schedule, task, trust, WRITER } from "../backupStacks";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCases } from "../ruleCases";

const NIGHTLY = 'aws.scheduler.Schedule "nightly"';
const refused = (problem: string, label = NIGHTLY): string => `${label} starts a backup: ${problem}.`;
const rare = (minutes: number, rpoMinutes = 1500): string =>
  `${minutes} minutes lie between two starts, and rpoMinutes is ${rpoMinutes}; start it more often, or set rpoMinutes to what was agreed on`;
const NEVER =
  "it does not start again, and rpoMinutes is 1500; start it more often, or set rpoMinutes to what was agreed on";
const DISABLED = 'state must be "ENABLED", got "DISABLED"; enable it';
const ENDS = "endDate must not be set, or backups end with it; remove it";
const later = (label = NIGHTLY): string =>
  `note: ${label}: whether and how often it starts a backup is not known yet; it is judged at the update.`;

const stack = (props: object, ...more: Written[]): Written[] => [...WRITER, task(), schedule(props), ...more];
const rule = (props: object): Written[] => [
  ...WRITER,
  task(),
  { type: RUN_TYPES.rule, name: "nightly", props: { name: "nightly-rule", ...props } },
  {
    type: RUN_TYPES.target,
    name: "target",
    props: { rule: "nightly-rule", arn: "arn:cluster" },
    dependsOn: { ecsTarget: ["dump-task"] },
  },
];
const nativeRule = (props: object): Written[] => [
  ...WRITER,
  task(),
  { type: RUN_TYPES.nativeRule, name: "nightly", props, dependsOn: { targets: ["dump-task"] } },
];
const weekly: Written = { ...schedule({ scheduleExpression: "rate(7 days)" }), name: "weekly" };
const ours = (type: string, props: object): Written[] => [
  { type, name: "component", props: {} },
  { ...schedule({ scheduleExpression: "rate(7 days)", ...props }), dependsOn: {}, parent: "component" },
];

export const cases: RuleCases = {
  rule: awsSchedulerBackupScheduleRpo,
  compliant: [
    { name: "a daily schedule passes", stack: stack({}), expect: [] },
    { name: "a daily cron passes", stack: stack({ scheduleExpression: "cron(0 2 * * ? *)" }), expect: [] },
    { name: "a schedule that is enabled passes", stack: stack({ state: "ENABLED" }), expect: [] },
    { name: "a weekly schedule passes beside a daily one", stack: stack({}, weekly), expect: [] },
    {
      name: "a disabled schedule passes beside one that runs",
      stack: stack({}, { ...schedule({ state: "DISABLED" }), name: "old" }),
      expect: [],
    },
    {
      name: "a weekly schedule of something else passes",
      stack: [BACKUPS, role(), task(), weekly],
      expect: [],
    },
    {
      name: "a weekly schedule of this library's runner passes: the component knows the RPO",
      stack: ours(RUN_TYPES.backupRunner, { state: "ENABLED" }),
      expect: [],
    },
    {
      name: "a disabled schedule of a drill is not one of a backup",
      stack: ours(RUN_TYPES.restoreDrill, { state: "DISABLED" }),
      expect: [],
    },
  ],
  violations: [
    {
      name: "fails when a rate is too long",
      stack: stack({ scheduleExpression: "rate(7 days)" }),
      expect: [refused(rare(10_080))],
    },
    {
      name: "fails when a cron leaves days out",
      stack: stack({ scheduleExpression: "cron(0 2 ? * MON-FRI *)" }),
      expect: [refused(rare(4320))],
    },
    {
      name: "fails when it starts once",
      stack: stack({ scheduleExpression: "at(2026-12-01T00:00:00)" }),
      expect: [refused(NEVER)],
    },
    { name: "fails when it is disabled", stack: stack({ state: "DISABLED" }), expect: [refused(DISABLED)] },
    { name: "fails when it ends", stack: stack({ endDate: "2027-01-01T00:00:00Z" }), expect: [refused(ENDS)] },
    {
      name: "fails for each of several, once, when none is good",
      stack: stack({ scheduleExpression: "rate(2 days)" }, weekly),
      expect: [refused(rare(2880)), refused(rare(10_080), 'aws.scheduler.Schedule "weekly"')],
    },
    {
      name: "fails once for one that writes into two buckets",
      stack: [
        { ...BACKUPS, name: "second", props: { bucket: "other-backups" } },
        WRITER[0]!,
        WRITER[1]!,
        {
          ...WRITER[2]!,
          props: {
            role: "dump-role",
            policy: '{"Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::*-backups/*"}]}',
          },
        },
        task(),
        schedule({ state: "DISABLED" }),
      ],
      expect: [refused(DISABLED)],
    },
    {
      name: "fails when the schedule of this library's runner is disabled",
      stack: ours(RUN_TYPES.backupRunner, { state: "DISABLED" }),
      expect: [refused(DISABLED)],
    },
    {
      name: "fails when the schedule of this library's runner ends",
      stack: ours(RUN_TYPES.backupRunner, { endDate: "2027-01-01T00:00:00Z" }),
      expect: [refused(ENDS)],
    },
  ],
  spellings: [
    {
      name: "aws-native.scheduler.Schedule",
      stack: [...WRITER, task(), { ...weekly, type: RUN_TYPES.nativeSchedule, name: "nightly" }],
      expect: [refused(rare(10_080), 'aws-native.scheduler.Schedule "nightly"')],
    },
    {
      name: "aws.cloudwatch.EventRule with its target",
      stack: rule({ scheduleExpression: "rate(7 days)" }),
      expect: [refused(rare(10_080), 'aws.cloudwatch.EventRule "nightly"')],
    },
    { name: "aws.cloudwatch.EventRule, daily", stack: rule({ scheduleExpression: "rate(24 hours)" }), expect: [] },
    {
      name: "aws.cloudwatch.EventRule that isEnabled: false",
      stack: rule({ scheduleExpression: "rate(1 hour)", isEnabled: false }),
      expect: [refused(DISABLED, 'aws.cloudwatch.EventRule "nightly"')],
    },
    { name: "aws.cloudwatch.EventRule on events", stack: rule({ eventPattern: "{}" }), expect: [] },
    {
      name: "aws-native.events.Rule",
      stack: nativeRule({ scheduleExpression: "rate(7 days)", state: "ENABLED" }),
      expect: [refused(rare(10_080), 'aws-native.events.Rule "nightly"')],
    },
  ],
  unknowns: [
    {
      name: "an expression that is not known is noted",
      stack: stack({ scheduleExpression: UNKNOWN_TEXT }),
      expect: [later()],
    },
    { name: "a state that is not known is noted", stack: stack({ state: UNKNOWN_TEXT }), expect: [later()] },
    { name: "an end that is not known is noted", stack: stack({ endDate: UNKNOWN_TEXT }), expect: [later()] },
    {
      name: "fails when it is disabled, whatever the expression",
      stack: stack({ scheduleExpression: UNKNOWN_TEXT, state: "DISABLED" }),
      expect: [refused(DISABLED)],
    },
    {
      name: "a state that the provider fills in is not one that was set",
      stack: stack({}),
      outputs: stack({ state: UNKNOWN_TEXT, endDate: UNKNOWN_TEXT }),
      expect: [],
    },
    {
      name: "one that is not known may be the good one beside one that is not",
      stack: stack({ scheduleExpression: UNKNOWN_TEXT }, weekly),
      expect: [later()],
    },
    {
      name: "fails where one of two tasks is known to write, in whichever order",
      stack: [
        ...WRITER,
        { ...PERHAPS_WRITER[1]!, name: "perhaps", props: { assumeRolePolicy: trust() } },
        {
          ...PERHAPS_WRITER[2]!,
          name: "perhaps-policy",
          props: { policy: UNKNOWN_TEXT },
          dependsOn: { role: ["perhaps"], policy: ["backups"] },
        },
        task(),
        { ...task(), name: "a-perhaps-task", dependsOn: { taskRoleArn: ["perhaps"] } },
        { ...task(), name: "z-perhaps-task", dependsOn: { taskRoleArn: ["perhaps"] } },
        {
          ...schedule({ state: "DISABLED" }),
          dependsOn: { target: ["a-perhaps-task", "dump-task", "z-perhaps-task"] },
        },
      ],
      expect: [refused(DISABLED)],
    },
    {
      name: "a state that is not known is noted in this library's runner too",
      stack: ours(RUN_TYPES.backupRunner, { state: UNKNOWN_TEXT }),
      expect: [later()],
    },
    {
      name: "a weekly schedule is noted while nobody knows whether it starts a backup",
      stack: [...PERHAPS_WRITER, task(), schedule({ scheduleExpression: "rate(7 days)" })],
      expect: [later()],
    },
  ],
  secrets: [
    {
      name: "fails with an input that is secret",
      stack: stack({ state: "DISABLED", target: { arn: UNKNOWN_TEXT, input: secret("known-to-few") } }),
      expect: [refused(DISABLED)],
    },
  ],
  others: [
    {
      name: "the option sets the RPO",
      stack: stack({ scheduleExpression: "rate(7 days)" }),
      config: { rpoMinutes: 10_080 },
      expect: [],
    },
    {
      name: "fails above the option's RPO",
      stack: stack({}),
      config: { rpoMinutes: 240 },
      expect: [refused(rare(1440, 240))],
    },
    {
      name: "an expression that cannot be read is noted, and may be the good one",
      stack: stack({ scheduleExpression: "cron(0 2 * * ? 2027)" }, weekly),
      expect: [
        `note: ${NIGHTLY} starts a backup: its scheduleExpression cannot be read; it was not held against the RPO.`,
      ],
    },
  ],
};

import { CHECKS, examination } from "../../runner/doctor/examination";
import type { CheckResult } from "../../runner/doctor/check";
import { tasks } from "../../runner/doctor/tasks";
import {
  type Answer,
  awsError,
  doctorContext,
  GOOD,
  IMAGE,
  type Input,
  PRIMARY,
  REPLICA,
  SECRET,
  STACK,
} from "./doctorFixtures";

const wrong = (results: readonly CheckResult[]) => results.filter(({ status }) => status !== "ok");
const first = async (answers: Record<string, Answer>, stack = STACK) => {
  const [one] = wrong(await examination(doctorContext(answers, stack)));
  return one && [one.id, one.subject, one.status, one.detail];
};
/** The good answer, changed. */
const but = (name: string, change: (answer: any, input: Input) => unknown): Record<string, Answer> => ({
  [name]: (input) => {
    const answer = structuredClone(GOOD[name]!(input));
    change(answer, input);
    return answer;
  },
});
const lifecycle = (change: (rules: any[]) => unknown) =>
  but("GetBucketLifecycleConfiguration", ({ Rules }) => change(Rules));
const replication = (change: (rule: any) => unknown) =>
  but("GetBucketReplication", ({ ReplicationConfiguration: { Rules } }) => change(Rules[0]));
const lock = (change: (configuration: any) => unknown) =>
  but("GetObjectLockConfiguration", ({ ObjectLockConfiguration }) => change(ObjectLockConfiguration));

describe("a set-up as it should be", () => {
  it("is found to be so in every area, by calls that read alone", async () => {
    const calls: string[] = [];
    const results = await examination(doctorContext({}, STACK, calls));
    expect(wrong(results)).toEqual([]);
    const areas = new Set(results.map(({ id }) => id.split(".")[0]));
    expect([...areas]).toEqual([
      "bucket",
      "key",
      "schedule",
      "stateMachine",
      "task",
      "image",
      "secret",
      "role",
      "function",
      "alarm",
      "topic",
    ]);
    expect(calls.filter((name) => !/^(Get|List|Describe)/.test(name))).toEqual([]);
    expect(CHECKS).toHaveLength(12);
  });
});

/** As `drill.inReplicaRegion` makes it. */
const DRILL_IN_REPLICA = "arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-drill:1";
const b = (id: string) => [`bucket.${id}`, PRIMARY, "finding"];
describe("the doctor finds", () => {
  it.each<[string, Record<string, Answer>, string[]]>([
    [
      "versioning suspended",
      { GetBucketVersioning: () => ({ Status: "Suspended" }) },
      [...b("versioning"), "versioning is Suspended; overwritten backups are lost: enable it"],
    ],
    [
      "a bucket without Object Lock",
      {
        GetObjectLockConfiguration: () => {
          throw awsError("ObjectLockConfigurationNotFoundError", 404);
        },
      },
      [...b("objectLock"), "it is not there (ObjectLockConfigurationNotFoundError)"],
    ],
    [
      "no default retention",
      lock((found) => delete found.Rule),
      [
        ...b("objectLock"),
        "there is no default retention: an upload without lock headers stays unlocked; the default retention is 0 days, the shortest tier promises 35",
      ],
    ],
    [
      "another lock mode",
      lock((found) => (found.Rule.DefaultRetention.Mode = "COMPLIANCE")),
      [...b("objectLock"), "the default mode is COMPLIANCE, GOVERNANCE was promised"],
    ],
    [
      "a lock that is too short",
      lock((found) => (found.Rule.DefaultRetention.Days = 34)),
      [...b("objectLock"), "the default retention is 34 days, the shortest tier promises 35"],
    ],
    [
      "S3's own keys",
      but(
        "GetBucketEncryption",
        (found) =>
          (found.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm = "AES256"),
      ),
      [...b("encryption"), "objects are encrypted by AES256, not by a KMS key"],
    ],
    [
      "a bucket open to the public",
      but("GetPublicAccessBlock", (found) => (found.PublicAccessBlockConfiguration.BlockPublicPolicy = false)),
      [...b("publicAccess"), "public access is not blocked: BlockPublicPolicy must be true"],
    ],
    [
      "access lists",
      but("GetBucketOwnershipControls", (found) => (found.OwnershipControls.Rules[0].ObjectOwnership = "ObjectWriter")),
      [...b("ownership"), "object ownership is ObjectWriter, not BucketOwnerEnforced"],
    ],
    [
      "a bucket without a policy",
      {
        GetBucketPolicy: () => {
          throw awsError("NoSuchBucketPolicy", 404);
        },
      },
      [...b("policy"), "it is not there (NoSuchBucketPolicy)"],
    ],
    [
      "a rule that expires what is locked",
      lifecycle((rules) => (rules[1].Expiration.Days = 399)),
      [...b("lifecycle"), 'rule dumps/yearly/ expires "dumps/yearly/" after 399 days, 400 were promised'],
    ],
    [
      "a rule that expires everything",
      lifecycle((rules) =>
        rules.push({ ID: "all", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 36 } }),
      ),
      [...b("lifecycle"), 'rule all expires "" after 36 days, 400 were promised'],
    ],
    [
      "hidden versions that go at once",
      lifecycle((rules) => (rules[0].NoncurrentVersionExpiration.NoncurrentDays = 1)),
      [...b("lifecycle"), "rule dumps/daily/ removes what was hidden after 1 days, at least 30 were promised"],
    ],
    [
      "broken uploads that stay",
      lifecycle((rules) => rules.pop()),
      [...b("lifecycle"), "no rule removes the parts of broken uploads"],
    ],
    [
      "replication switched off",
      replication((rule) => (rule.Status = "Disabled")),
      [...b("replication"), "none of its 1 rules is enabled and copies everything"],
    ],
    [
      "replication of a part",
      replication((rule) => (rule.Filter.Prefix = "dumps/")),
      [...b("replication"), "none of its 1 rules is enabled and copies everything"],
    ],
    [
      "replication elsewhere",
      replication((rule) => (rule.Destination.Bucket = "arn:aws:s3:::other")),
      [...b("replication"), "it copies to other, not to shop-replica"],
    ],
    [
      "replicated delete markers",
      replication((rule) => (rule.DeleteMarkerReplication.Status = "Enabled")),
      [...b("replication"), "it copies delete markers, which hide both sides at once"],
    ],
    [
      "encrypted objects left out",
      replication((rule) => delete rule.SourceSelectionCriteria),
      [...b("replication"), "it leaves out what is encrypted with KMS, which is everything"],
    ],
    [
      "a key on its way out",
      but("DescribeKey", ({ KeyMetadata }) =>
        Object.assign(KeyMetadata, { KeyState: "PendingDeletion", DeletionDate: new Date(0) }),
      ),
      [
        "key.state",
        PRIMARY,
        "finding",
        "arn:aws:kms:eu-central-1:123456789012:key/shop-primary is PendingDeletion and goes on 1970-01-01T00:00:00.000Z; cancel that now: aws kms cancel-key-deletion",
      ],
    ],
    [
      "a key that does not rotate",
      { GetKeyRotationStatus: () => ({ KeyRotationEnabled: false }) },
      [
        "key.state",
        PRIMARY,
        "finding",
        "arn:aws:kms:eu-central-1:123456789012:key/shop-primary does not rotate; enable its rotation",
      ],
    ],
    [
      "one key for both sides",
      but("DescribeKey", ({ KeyMetadata }) => (KeyMetadata.Arn = "arn:one")),
      ["key.state", REPLICA, "finding", "arn:one encrypts both sides: lost once, lost everywhere"],
    ],
    [
      "a schedule switched off",
      but("GetSchedule", (found) => (found.State = "DISABLED")),
      ["schedule", "shop-schedule", "finding", "it is DISABLED: nothing is backed up; enable it"],
    ],
    [
      "a schedule that starts something else",
      but("GetSchedule", (found) => (found.Target.Arn = "arn:other")),
      ["schedule", "shop-schedule", "finding", `it starts arn:other, not ${STACK.starterArn}`],
    ],
    [
      "a machine that is gone",
      {
        DescribeStateMachine: () => {
          throw awsError("StateMachineDoesNotExist", 400);
        },
      },
      ["stateMachine", STACK.stateMachineArn!, "finding", "it is not there (StateMachineDoesNotExist)"],
    ],
    [
      "a last run that failed",
      but("ListExecutions", ({ executions }) => (executions[0].status = "TIMED_OUT")),
      [
        "stateMachine",
        STACK.stateMachineArn!,
        "finding",
        "its last run ended as TIMED_OUT, 1970-01-01T00:00:00.000Z; look at run-1",
      ],
    ],
    [
      "a task definition that is inactive",
      but("DescribeTaskDefinition", ({ taskDefinition }) => (taskDefinition.status = "INACTIVE")),
      ["task", "shop-dump:1", "finding", "it is INACTIVE: no task can start from it"],
    ],
    [
      "an image that is gone",
      {
        DescribeImages: () => {
          throw awsError("ImageNotFoundException", 400);
        },
      },
      ["image", IMAGE, "finding", "it is not there (ImageNotFoundException)"],
    ],
    [
      "an image that is not pinned",
      but(
        "DescribeTaskDefinition",
        ({ taskDefinition }) => (taskDefinition.containerDefinitions[0].image = IMAGE.replace(/@.*/, ":latest")),
      ),
      ["image", IMAGE.replace(/@.*/, ":latest"), "finding", "it is not pinned by digest"],
    ],
    [
      "a secret that was deleted",
      { DescribeSecret: () => ({ DeletedDate: new Date(0) }) },
      [
        "secret",
        SECRET,
        "finding",
        "it was deleted on 1970-01-01T00:00:00.000Z; restore it: aws secretsmanager restore-secret",
      ],
    ],
    [
      "a role that others may assume",
      {
        GetRole: () => ({
          Role: {
            AssumeRolePolicyDocument: encodeURIComponent(
              JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { AWS: "*" } }] }),
            ),
          },
        }),
      },
      ["role", "shop-dump", "finding", 'it is trusted by [{"AWS":"*"}], not by ECS alone'],
    ],
    [
      "a policy that somebody attached",
      { ListAttachedRolePolicies: () => ({ AttachedPolicies: [{ PolicyName: "AdministratorAccess" }] }) },
      ["role", "shop-dump", "finding", "somebody attached AdministratorAccess to it"],
    ],
    [
      "a function that nobody calls",
      { GetMetricStatistics: () => ({ Datapoints: [] }) },
      ["function.freshness", "shop-fresh", "finding", "nobody called it within a day; look at its schedule"],
    ],
    [
      "a function that fails",
      { GetMetricStatistics: () => ({ Datapoints: [{ Sum: 2 }, { Sum: 1 }] }) },
      ["function.freshness", "shop-fresh", "finding", "3 of 3 calls within a day failed; look at its log"],
    ],
    [
      "an alarm that is gone",
      { DescribeAlarms: () => ({ MetricAlarms: [] }) },
      ["alarm", "alarms of the primary", "finding", "shop-healthy: it is not there"],
    ],
    [
      "an alarm that is switched off",
      but("DescribeAlarms", ({ MetricAlarms }) => (MetricAlarms[0].ActionsEnabled = false)),
      ["alarm", "alarms of the primary", "finding", "shop-healthy: its actions are switched off"],
    ],
    [
      "an alarm that tells nobody",
      but("DescribeAlarms", ({ MetricAlarms }) => (MetricAlarms[0].AlarmActions = [])),
      ["alarm", "alarms of the primary", "finding", "shop-healthy: it tells nobody"],
    ],
    [
      "an alarm without data",
      but("DescribeAlarms", ({ MetricAlarms }) => (MetricAlarms[0].StateValue = "INSUFFICIENT_DATA")),
      ["alarm", "alarms of the primary", "finding", "shop-healthy: it has no data; its metric does not arrive"],
    ],
    [
      "a topic that nobody hears",
      { ListSubscriptionsByTopic: () => ({ Subscriptions: [] }) },
      ["topic", STACK.primaryTopicArn!, "finding", "nobody hears of it: no subscription is confirmed"],
    ],
    [
      "a subscription that waits",
      {
        ListSubscriptionsByTopic: () => ({
          Subscriptions: [{ SubscriptionArn: "PendingConfirmation", Protocol: "email", Endpoint: "a@example.com" }],
        }),
      },
      [
        "topic",
        STACK.primaryTopicArn!,
        "finding",
        "nobody hears of it: no subscription is confirmed; email to a@example.com is not confirmed; its owner has to",
      ],
    ],
  ])("%s", async (_, answers, expected) => {
    expect(await first(answers)).toEqual(expected);
  });

  it.each(["primary", "replica"] as const)("a %s without a single alarm", async (side) => {
    const results = await examination(doctorContext({}, { ...STACK, [`${side}AlarmNames`]: [] }));
    expect(wrong(results)).toEqual([
      {
        ...{ id: "alarm", subject: `alarms of the ${side}`, status: "finding" },
        detail: "no alarm is named: whatever goes wrong here, nobody hears of it",
      },
    ]);
  });

  it("task definitions in the region of each, not in the primary's", async () => {
    const context = doctorContext({}, { ...STACK, drillTaskDefinitionArns: [DRILL_IN_REPLICA] });
    const asked: [string, string][] = [];
    const inRegion = (region: string) => ({
      ecr: context.clients().ecr,
      secrets: context.clients().secrets,
      ecs: {
        send: async ({ input: { taskDefinition } }: { input: Input }) => {
          asked.push([region, taskDefinition as string]);
          // ECS answers like this where a definition is another region's.
          if (!(taskDefinition as string).includes(region)) throw awsError("ClientException", 400);
          return GOOD["DescribeTaskDefinition"]!({});
        },
      },
    });
    const results = await tasks.run({ ...context, clients: inRegion as never });
    expect(wrong(results)).toEqual([]);
    expect(asked).toEqual([
      ["eu-central-1", STACK.dumpTaskDefinitionArns![0]],
      ["eu-west-1", DRILL_IN_REPLICA],
    ]);
  });

  it("both buckets in one region", async () => {
    const context = doctorContext();
    const sides = context.sides.map((side) => ({ ...side, region: "eu-central-1" }));
    const [one] = wrong(await examination({ ...context, sides }));
    expect(one?.detail).toBe("both buckets are in eu-central-1: one region lost is all lost");
  });
});

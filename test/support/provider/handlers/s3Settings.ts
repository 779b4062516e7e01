// A bucket's settings: one resource per setting, each a PUT under the bucket's name and a DELETE or a reset.
import * as s3 from "@aws-sdk/client-s3";
import { GetTopicAttributesCommand } from "@aws-sdk/client-sns";
import { found, gone, pascal, type Context, type Handler } from "../handler";
import * as refuse from "../refusals/s3";
import { lifecycle } from "../refusals/lifecycle";
import { replication } from "../refusals/replication";
import { lets, policyDocument } from "../refusals/policies";
import type { Props } from "../wire";

type Client = Context["aws"]["s3"];

interface Setting {
  name: string;
  put: (client: Client, Bucket: string, inputs: Props) => Promise<unknown>;
  remove: (client: Client, Bucket: string, state: Props) => Promise<unknown>;
  get?: (client: Client, Bucket: string) => Promise<unknown>;
  /** What AWS refuses because of how the buckets are at that moment. */
  before?: (context: Context, inputs: Props) => Promise<string[]>;
  refuse?: (inputs: Props) => string[];
}

function setting({ name, put, remove, get, before, refuse }: Setting): Handler {
  const apply = async (context: Context, inputs: Props): Promise<void> => {
    const problems = (await before?.(context, inputs)) ?? [];
    if (problems.length > 0) throw new Error(problems.join("; "));
    await put(context.aws.s3, inputs["bucket"], inputs);
  };
  return {
    type: `aws:s3/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`,
    replaceOn: ["bucket"],
    computed: [],
    refuse,
    create: async (context, inputs) => (await apply(context, inputs), { id: inputs["bucket"] as string }),
    update: (context, _id, inputs) => apply(context, inputs),
    exists: ({ aws }, id) => (get ? found(get(aws.s3, id)) : Promise.resolve(true)),
    delete: ({ aws }, id, state) => gone(remove(aws.s3, id, state)),
  };
}

const lockOf = (client: Client, Bucket: string) =>
  client.send(new s3.GetObjectLockConfigurationCommand({ Bucket })).then(
    (answer) => answer.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
    () => false,
  );

async function lockedSuspension({ aws }: Context, inputs: Props): Promise<string[]> {
  const suspends = inputs["versioningConfiguration"]?.status !== "Enabled";
  return suspends && (await lockOf(aws.s3, inputs["bucket"]))
    ? [
        "InvalidBucketState: an Object Lock configuration is present on this bucket, so the versioning state cannot be changed",
      ]
    : [];
}

async function otherSide({ aws, accountId }: Context, inputs: Props): Promise<string[]> {
  const locked = await lockOf(aws.s3, inputs["bucket"]);
  // What another account's bucket is like, this account may not look at.
  const destinations = (inputs["rules"] as Props[])
    .filter((rule) => (rule["destination"].account ?? accountId) === accountId)
    .map((rule) => (rule["destination"].bucket as string).split(":::").pop()!);
  const problems: string[] = [];
  for (const Bucket of new Set(destinations)) {
    if (!(await found(aws.s3AnyRegion.send(new s3.HeadBucketCommand({ Bucket }))))) {
      problems.push(`InvalidRequest: destination bucket ${Bucket} must exist`);
    } else if (locked && !(await lockOf(aws.s3AnyRegion, Bucket))) {
      problems.push(`InvalidRequest: destination bucket ${Bucket} must have Object Lock enabled, as the source has`);
    }
  }
  return problems;
}

/** S3 sends a test event when a notification is set and refuses a topic that does not let it. */
async function silentTopics({ aws }: Context, inputs: Props): Promise<string[]> {
  const problems: string[] = [];
  for (const { topicArn } of (inputs["topics"] ?? []) as { topicArn: string }[]) {
    const { Attributes } = await aws.sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    if (lets(Attributes?.["Policy"] ?? "{}", "s3.amazonaws.com")) continue;
    problems.push(
      `InvalidArgument: unable to validate the destination ${topicArn}: its policy does not let s3.amazonaws.com publish`,
    );
  }
  return problems;
}

async function lockedLogTarget({ aws }: Context, inputs: Props): Promise<string[]> {
  const target = inputs["targetBucket"] as string;
  return (await lockOf(aws.s3, target)) ? [`InvalidTargetBucketForLogging: ${target} has Object Lock enabled`] : [];
}

const lockConfiguration = (rule?: Props): s3.ObjectLockConfiguration => ({
  ObjectLockEnabled: "Enabled",
  Rule: pascal(rule),
});

const encryption = (rules: Props[]): s3.ServerSideEncryptionConfiguration => ({
  Rules: rules.map(({ blockedEncryptionTypes: blocked, ...rule }) => ({
    ...pascal(rule),
    ...(blocked ? { BlockedEncryptionTypes: { EncryptionType: blocked } } : {}),
  })),
});

const notifications = (inputs: Props): s3.NotificationConfiguration => {
  const each = (list: Props[] | undefined, arn: string, name: string): any =>
    list?.map((n) => ({
      Id: n["id"],
      [name]: n[arn],
      Events: n["events"],
      ...(n["filterPrefix"] === undefined && n["filterSuffix"] === undefined
        ? {}
        : {
            Filter: {
              Key: {
                FilterRules: [
                  ...(n["filterPrefix"] === undefined ? [] : [{ Name: "prefix" as const, Value: n["filterPrefix"] }]),
                  ...(n["filterSuffix"] === undefined ? [] : [{ Name: "suffix" as const, Value: n["filterSuffix"] }]),
                ],
              },
            },
          }),
    }));
  return {
    EventBridgeConfiguration: inputs["eventbridge"] ? {} : undefined,
    TopicConfigurations: each(inputs["topics"], "topicArn", "TopicArn"),
    QueueConfigurations: each(inputs["queues"], "queueArn", "QueueArn"),
    LambdaFunctionConfigurations: each(inputs["lambdaFunctions"], "lambdaFunctionArn", "LambdaFunctionArn"),
  };
};

const settings: Setting[] = [
  {
    name: "BucketVersioning",
    refuse: refuse.versioning,
    before: lockedSuspension,
    put: (c, Bucket, i) =>
      c.send(
        new s3.PutBucketVersioningCommand({
          Bucket,
          VersioningConfiguration: { Status: i["versioningConfiguration"].status },
        }),
      ),
    // AWS refuses to suspend a locked bucket; the AWS provider then drops the resource from state.
    remove: async (c, Bucket) => {
      if (await lockOf(c, Bucket)) return;
      await c.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }));
    },
  },
  {
    name: "BucketObjectLockConfiguration",
    refuse: refuse.objectLock,
    put: (c, Bucket, i) =>
      c.send(
        new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: lockConfiguration(i["rule"]) }),
      ),
    remove: (c, Bucket) =>
      c.send(new s3.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration: lockConfiguration() })),
    get: (c, Bucket) => c.send(new s3.GetObjectLockConfigurationCommand({ Bucket })),
  },
  {
    name: "BucketServerSideEncryptionConfiguration",
    refuse: refuse.encryption,
    put: (c, Bucket, i) =>
      c.send(new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: encryption(i["rules"]) })),
    remove: (c, Bucket) => c.send(new s3.DeleteBucketEncryptionCommand({ Bucket })),
    get: (c, Bucket) => c.send(new s3.GetBucketEncryptionCommand({ Bucket })),
  },
  {
    name: "BucketOwnershipControls",
    put: (c, Bucket, i) =>
      c.send(new s3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [pascal(i["rule"])] } })),
    remove: (c, Bucket) => c.send(new s3.DeleteBucketOwnershipControlsCommand({ Bucket })),
    get: (c, Bucket) => c.send(new s3.GetBucketOwnershipControlsCommand({ Bucket })),
  },
  {
    name: "BucketPublicAccessBlock",
    put: (c, Bucket, i) =>
      c.send(
        new s3.PutPublicAccessBlockCommand({
          Bucket,
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: i["blockPublicAcls"] ?? false,
            BlockPublicPolicy: i["blockPublicPolicy"] ?? false,
            IgnorePublicAcls: i["ignorePublicAcls"] ?? false,
            RestrictPublicBuckets: i["restrictPublicBuckets"] ?? false,
          },
        }),
      ),
    remove: (c, Bucket) => c.send(new s3.DeletePublicAccessBlockCommand({ Bucket })),
    get: (c, Bucket) => c.send(new s3.GetPublicAccessBlockCommand({ Bucket })),
  },
  {
    name: "BucketPolicy",
    refuse: (i) => policyDocument(i["policy"], { kind: "bucket", bucket: i["bucket"] }),
    put: (c, Bucket, i) => c.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: i["policy"] })),
    remove: (c, Bucket) => c.send(new s3.DeleteBucketPolicyCommand({ Bucket })),
    get: (c, Bucket) => c.send(new s3.GetBucketPolicyCommand({ Bucket })),
  },
  {
    name: "BucketLifecycleConfiguration",
    refuse: lifecycle,
    put: (c, Bucket, i) =>
      c.send(
        new s3.PutBucketLifecycleConfigurationCommand({
          Bucket,
          TransitionDefaultMinimumObjectSize: i["transitionDefaultMinimumObjectSize"],
          LifecycleConfiguration: { Rules: pascal(i["rules"]) },
        }),
      ),
    remove: (c, Bucket) => c.send(new s3.DeleteBucketLifecycleCommand({ Bucket })),
    get: (c, Bucket) => c.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
  },
  {
    name: "BucketReplicationConfig",
    refuse: replication,
    before: otherSide,
    put: (c, Bucket, i) =>
      c.send(
        new s3.PutBucketReplicationCommand({
          Bucket,
          ReplicationConfiguration: { Role: i["role"], Rules: pascal(i["rules"]) },
        }),
      ),
    remove: (c, Bucket) => c.send(new s3.DeleteBucketReplicationCommand({ Bucket })),
    get: (c, Bucket) => c.send(new s3.GetBucketReplicationCommand({ Bucket })),
  },
  {
    name: "BucketNotification",
    before: silentTopics,
    put: (c, Bucket, i) =>
      c.send(new s3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: notifications(i) })),
    remove: (c, Bucket) =>
      c.send(new s3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} })),
  },
  {
    name: "BucketLogging",
    before: lockedLogTarget,
    put: (c, Bucket, i) =>
      c.send(
        new s3.PutBucketLoggingCommand({
          Bucket,
          BucketLoggingStatus: {
            LoggingEnabled: {
              TargetBucket: i["targetBucket"],
              TargetPrefix: i["targetPrefix"] ?? "",
              TargetObjectKeyFormat: pascal(i["targetObjectKeyFormat"]),
            },
          },
        }),
      ),
    remove: (c, Bucket) => c.send(new s3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} })),
  },
];

export const s3SettingHandlers = settings.map(setting);

// Topics, subscriptions, queues.
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import { found, gone, tagList, type Context, type Handler } from "../handler";
import { policyDocument } from "../refusals/policies";
import { queue as refuseQueue, subscription as refuseSubscription } from "../refusals/messaging";
import type { Props } from "../wire";

const setTopic = ({ aws }: Context, TopicArn: string, AttributeName: string, AttributeValue: string | undefined) =>
  aws.sns.send(new sns.SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));

const defined = (attributes: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => [k, String(v)]),
  );

const topic: Handler = {
  type: "aws:sns/topic:Topic",
  name: { property: "name", maxLength: 256 },
  replaceOn: ["name", "namePrefix", "fifoTopic"],
  computed: ["arn", "owner", "tagsAll"],
  refuse: (i) => policyDocument(i["policy"], { kind: "resource" }),
  async create({ aws, accountId }, i) {
    const Attributes = defined({
      DisplayName: i["displayName"],
      KmsMasterKeyId: i["kmsMasterKeyId"],
      Policy: i["policy"],
      FifoTopic: i["fifoTopic"],
    });
    const { TopicArn } = await aws.sns.send(
      new sns.CreateTopicCommand({ Name: i["name"], Attributes, Tags: tagList(i["tags"]) }),
    );
    return { id: TopicArn!, outputs: { arn: TopicArn, owner: accountId } };
  },
  async update(context, ResourceArn, i) {
    await setTopic(context, ResourceArn, "DisplayName", i["displayName"] ?? "");
    await setTopic(context, ResourceArn, "KmsMasterKeyId", i["kmsMasterKeyId"] ?? "");
    if (i["policy"]) await setTopic(context, ResourceArn, "Policy", i["policy"]);
    if (i["tags"]) await context.aws.sns.send(new sns.TagResourceCommand({ ResourceArn, Tags: tagList(i["tags"]) }));
  },
  exists: ({ aws }, TopicArn) => found(aws.sns.send(new sns.GetTopicAttributesCommand({ TopicArn }))),
  delete: ({ aws }, TopicArn) => gone(aws.sns.send(new sns.DeleteTopicCommand({ TopicArn }))),
};

const topicPolicy: Handler = {
  type: "aws:sns/topicPolicy:TopicPolicy",
  replaceOn: ["arn"],
  computed: ["owner"],
  refuse: (i) => policyDocument(i["policy"], { kind: "resource" }),
  async create(context, i) {
    await setTopic(context, i["arn"], "Policy", i["policy"]);
    return { id: i["arn"], outputs: { owner: context.accountId } };
  },
  update: async (context, id, i) => void (await setTopic(context, id, "Policy", i["policy"])),
  exists: ({ aws }, TopicArn) => found(aws.sns.send(new sns.GetTopicAttributesCommand({ TopicArn }))),
  // A topic always has a policy: removing ours puts back the one that lets only the owner in.
  delete: (context, id) => gone(setTopic(context, id, "Policy", JSON.stringify(ownerOnly(id, context.accountId)))),
};

const ownerOnly = (arn: string, account: string): Props => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sns:*", Resource: arn }],
});

const topicSubscription: Handler = {
  type: "aws:sns/topicSubscription:TopicSubscription",
  replaceOn: ["topic", "protocol", "endpoint"],
  computed: ["arn", "ownerId", "pendingConfirmation", "confirmationWasAuthenticated"],
  refuse: refuseSubscription,
  async create({ aws, accountId }, i) {
    const Attributes = defined({
      FilterPolicy: i["filterPolicy"],
      RawMessageDelivery: i["rawMessageDelivery"],
      FilterPolicyScope: i["filterPolicyScope"],
    });
    const { SubscriptionArn } = await aws.sns.send(
      new sns.SubscribeCommand({
        TopicArn: i["topic"],
        Protocol: i["protocol"],
        Endpoint: i["endpoint"],
        Attributes,
        ReturnSubscriptionArn: true,
      }),
    );
    const manual = i["protocol"] === "email" || i["protocol"] === "email-json";
    const outputs = {
      arn: SubscriptionArn,
      ownerId: accountId,
      pendingConfirmation: manual,
      confirmationWasAuthenticated: !manual,
    };
    return { id: SubscriptionArn!, outputs };
  },
  async update({ aws }, SubscriptionArn, i) {
    const attributes = defined({ FilterPolicy: i["filterPolicy"], RawMessageDelivery: i["rawMessageDelivery"] });
    for (const [AttributeName, AttributeValue] of Object.entries(attributes)) {
      await aws.sns.send(new sns.SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }));
    }
  },
  exists: ({ aws }, SubscriptionArn) =>
    found(aws.sns.send(new sns.GetSubscriptionAttributesCommand({ SubscriptionArn }))),
  delete: ({ aws }, SubscriptionArn) => gone(aws.sns.send(new sns.UnsubscribeCommand({ SubscriptionArn }))),
};

const queueAttributes = (i: Props): Record<string, string> =>
  defined({
    DelaySeconds: i["delaySeconds"],
    MaximumMessageSize: i["maxMessageSize"],
    MessageRetentionPeriod: i["messageRetentionSeconds"],
    ReceiveMessageWaitTimeSeconds: i["receiveWaitTimeSeconds"],
    VisibilityTimeout: i["visibilityTimeoutSeconds"],
    SqsManagedSseEnabled: i["sqsManagedSseEnabled"],
    KmsMasterKeyId: i["kmsMasterKeyId"],
    RedrivePolicy: i["redrivePolicy"],
    Policy: i["policy"],
  });

const queue: Handler = {
  type: "aws:sqs/queue:Queue",
  name: { property: "name", maxLength: 80 },
  replaceOn: ["name", "namePrefix", "fifoQueue"],
  computed: ["arn", "url", "tagsAll"],
  refuse: refuseQueue,
  async create({ aws, region, accountId }, i) {
    const Attributes = { ...queueAttributes(i), ...(i["fifoQueue"] ? { FifoQueue: "true" } : {}) };
    const { QueueUrl } = await aws.sqs.send(
      new sqs.CreateQueueCommand({ QueueName: i["name"], Attributes, tags: i["tags"] }),
    );
    return { id: QueueUrl!, outputs: { url: QueueUrl, arn: `arn:aws:sqs:${region}:${accountId}:${i["name"]}` } };
  },
  async update({ aws }, QueueUrl, i) {
    await aws.sqs.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: queueAttributes(i) }));
    if (i["tags"]) await aws.sqs.send(new sqs.TagQueueCommand({ QueueUrl, Tags: i["tags"] }));
  },
  exists: ({ aws }, QueueUrl) =>
    found(aws.sqs.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }))),
  delete: ({ aws }, QueueUrl) => gone(aws.sqs.send(new sqs.DeleteQueueCommand({ QueueUrl }))),
};

const setQueuePolicy = ({ aws }: Context, QueueUrl: string, Policy: string) =>
  aws.sqs.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));

const queuePolicy: Handler = {
  type: "aws:sqs/queuePolicy:QueuePolicy",
  replaceOn: ["queueUrl"],
  computed: [],
  refuse: (i) => policyDocument(i["policy"], { kind: "resource" }),
  create: async (context, i) => (
    await setQueuePolicy(context, i["queueUrl"], i["policy"]),
    { id: i["queueUrl"] as string }
  ),
  update: async (context, id, i) => void (await setQueuePolicy(context, id, i["policy"])),
  delete: (context, id) => gone(setQueuePolicy(context, id, "")),
};

export const messagingHandlers = [topic, topicPolicy, topicSubscription, queue, queuePolicy];

/** AWS as the doctor finds it in a good set-up; a test changes one answer. */
import type { Statement } from "../../runner/doctor/bucketStatements";
import type { DoctorContext, RegionClients } from "../../runner/doctor/check";
import type { AwsClients } from "../../runner/doctor/clients";
import type { StackSettings } from "../../runner/stackSettings";

export const ACCOUNT = "123456789012";
export const PRIMARY = "shop-primary";
export const REPLICA = "shop-replica";
const REGIONS: Record<string, string> = { [PRIMARY]: "eu-central-1", [REPLICA]: "eu-west-1" };
export const role = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const DUMP_ROLE = role("shop-dump");
const arn = (service: string, region: string, rest: string): string =>
  `arn:aws:${service}:${region}:${ACCOUNT}:${rest}`;
export const SECRET = arn("secretsmanager", "eu-central-1", "secret:shop-AbCdEf");
export const IMAGE = `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/runner@sha256:${"0".repeat(64)}`;

export const STACK: StackSettings = {
  databases: ["orders"],
  tiers: [
    { name: "daily", tier: "daily" as never, lockDays: 35, expireDays: 35 },
    { name: "yearly", tier: "yearly" as never, lockDays: 400, expireDays: 400 },
  ],
  objectLockMode: "GOVERNANCE" as never,
  stateMachineArn: arn("states", "eu-central-1", "stateMachine:shop"),
  starterArn: arn("states", "eu-central-1", "stateMachine:shop-starter"),
  scheduleNames: ["shop-schedule"],
  scheduleGroupName: "shop",
  dumpTaskDefinitionArns: [arn("ecs", "eu-central-1", "task-definition/shop-dump:1")],
  dumpRoleArns: [DUMP_ROLE],
  drillRoleArns: [role("shop-drill")],
  restorerRoleArn: role("shop-restorer"),
  primaryFreshnessFunctionName: "shop-fresh",
  primaryAlarmNames: ["shop-healthy"],
  replicaAlarmNames: ["shop-healthy-replica"],
  primaryTopicArn: arn("sns", "eu-central-1", "shop-primary"),
  replicaTopicArn: arn("sns", "eu-west-1", "shop-replica"),
};

const every = (Sid: string, Action: string | string[], Resource: string, Condition?: Statement["Condition"]) => ({
  Sid,
  Effect: "Deny",
  Principal: "*",
  Action,
  Resource,
  ...(Condition && { Condition }),
});

/** The denials of the components, in short. */
export function policyOf(bucket: string) {
  const on = `arn:aws:s3:::${bucket}`;
  const notAdmin = { ArnNotLike: { "aws:PrincipalArn": [role("admin")] } };
  return [
    every("DenyInsecureTransport", "s3:*", `${on}/*`, { Bool: { "aws:SecureTransport": "false" } }),
    every("DenyDeleteObject", "s3:DeleteObject", `${on}/*`),
    every("DenyRetentionBypass", ["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"], `${on}/*`, notAdmin),
    every(
      "DenyProtectionChanges",
      ["s3:PutBucket*", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration"],
      on,
      notAdmin,
    ),
    ...(bucket === PRIMARY
      ? [every("DenyOverwrite", "s3:PutObject", `${on}/*`, { Null: { "s3:if-none-match": "true" } })]
      : [every("DenyDirectWrites", ["s3:PutObject", "s3:ReplicateDelete"], `${on}/*`)]),
  ];
}

const expiring = (prefix: string, days: number) => ({
  ID: prefix,
  Status: "Enabled",
  Filter: { Prefix: prefix },
  Expiration: { Days: days },
  NoncurrentVersionExpiration: { NoncurrentDays: 30 },
});

export type Input = Record<string, any>;
export type Answer = (input: Input) => unknown;

/** Answers by the names of commands. */
export const GOOD: Readonly<Record<string, Answer>> = {
  GetBucketVersioning: () => ({ Status: "Enabled" }),
  GetObjectLockConfiguration: () => ({
    ObjectLockConfiguration: {
      ObjectLockEnabled: "Enabled",
      Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 35 } },
    },
  }),
  GetBucketEncryption: ({ Bucket }) => ({
    ServerSideEncryptionConfiguration: {
      Rules: [
        {
          ApplyServerSideEncryptionByDefault: {
            SSEAlgorithm: "aws:kms",
            KMSMasterKeyID: arn("kms", REGIONS[Bucket]!, `key/${Bucket}`),
          },
        },
      ],
    },
  }),
  GetPublicAccessBlock: () => ({
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  }),
  GetBucketOwnershipControls: () => ({ OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } }),
  GetBucketPolicy: ({ Bucket }) => ({ Policy: JSON.stringify({ Statement: policyOf(Bucket) }) }),
  GetBucketLifecycleConfiguration: () => ({
    Rules: [
      expiring("dumps/daily/", 35),
      expiring("dumps/yearly/", 400),
      expiring("manifests/yearly/", 400),
      expiring("drills/", 400),
      { ID: "abort", Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } },
    ],
  }),
  GetBucketReplication: () => ({
    ReplicationConfiguration: {
      Rules: [
        {
          Status: "Enabled",
          Filter: { Prefix: "" },
          DeleteMarkerReplication: { Status: "Disabled" },
          SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: "Enabled" } },
          Destination: { Bucket: `arn:aws:s3:::${REPLICA}`, EncryptionConfiguration: { ReplicaKmsKeyID: "k" } },
        },
      ],
    },
  }),
  DescribeKey: ({ KeyId }) => ({ KeyMetadata: { Arn: KeyId, KeyState: "Enabled", Origin: "AWS_KMS" } }),
  GetKeyRotationStatus: () => ({ KeyRotationEnabled: true }),
  GetSchedule: () => ({ State: "ENABLED", ScheduleExpression: "rate(1 day)", Target: { Arn: STACK.starterArn } }),
  DescribeStateMachine: () => ({ status: "ACTIVE" }),
  ListExecutions: () => ({ executions: [{ status: "SUCCEEDED", startDate: new Date(0), name: "run-1" }] }),
  DescribeTaskDefinition: () => ({
    taskDefinition: {
      status: "ACTIVE",
      containerDefinitions: [{ image: IMAGE, secrets: [{ name: "PGHOST", valueFrom: `${SECRET}:host::` }] }],
    },
  }),
  DescribeImages: () => ({ imageDetails: [{}] }),
  DescribeSecret: () => ({ LastChangedDate: new Date(0) }),
  GetRole: () => ({
    Role: {
      AssumeRolePolicyDocument: encodeURIComponent(
        JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" } }] }),
      ),
    },
  }),
  ListRolePolicies: ({ RoleName }) => ({ PolicyNames: [`${RoleName}-policy-0a1b2c3`] }),
  ListAttachedRolePolicies: () => ({ AttachedPolicies: [] }),
  GetFunctionConfiguration: () => ({ State: "Active", LastUpdateStatus: "Successful" }),
  GetMetricStatistics: ({ MetricName }) => ({ Datapoints: [{ Sum: MetricName === "Errors" ? 0 : 96 }] }),
  DescribeAlarms: ({ AlarmNames }) => ({
    MetricAlarms: (AlarmNames as string[]).map((AlarmName) => ({
      AlarmName,
      ActionsEnabled: true,
      AlarmActions: ["arn:aws:sns:x"],
      StateValue: "OK",
    })),
  }),
  ListSubscriptionsByTopic: () => ({ Subscriptions: [{ SubscriptionArn: "arn:aws:sns:x", Protocol: "email" }] }),
};

/** An error as the SDK throws it. */
export function awsError(name: string, httpStatusCode: number, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

interface Command {
  constructor: { name: string };
  input: Input;
}

/** Clients that answer by the table; what is not in it must not be called. */
export function clientsOf(answers: Readonly<Record<string, Answer>>, calls: string[] = []): AwsClients {
  const send = async (command: Command) => {
    const name = command.constructor.name.replace(/Command$/, "");
    calls.push(name);
    const answer = answers[name];
    if (!answer) throw new Error(`${name} was not expected`);
    return answer(command.input);
  };
  return new Proxy({} as RegionClients, { get: () => ({ send }) }) as AwsClients;
}

/** What the doctor looks at. */
export function doctorContext(
  answers: Readonly<Record<string, Answer>> = {},
  stack: StackSettings = STACK,
  calls: string[] = [],
): DoctorContext & { clients: () => AwsClients } {
  const clients = clientsOf({ ...GOOD, ...answers }, calls);
  return {
    sides: [
      { side: "primary", bucket: PRIMARY, region: "eu-central-1" },
      { side: "replica", bucket: REPLICA, region: "eu-west-1" },
    ],
    stack,
    now: new Date("2026-11-20T03:00:00Z"),
    signal: new AbortController().signal,
    clients: () => clients,
  };
}

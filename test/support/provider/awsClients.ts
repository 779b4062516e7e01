// One set of AWS clients per region and identity. Endpoint and credentials come from the standard AWS_* environment; a provider that
// assumes a role has that role's.
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { AssumedRole } from "./configuration";

export type AwsClients = ReturnType<typeof createAwsClients>;

/** @param options what differs from the environment; nothing, in the provider's own process */
export function createAwsClients(region: string, options: object = {}) {
  const config = { maxAttempts: 2, ...options, region };
  return {
    cloudwatch: new CloudWatchClient(config),
    logs: new CloudWatchLogsClient(config),
    ec2: new EC2Client(config),
    ecs: new ECSClient(config),
    events: new EventBridgeClient(config),
    iam: new IAMClient(config),
    kms: new KMSClient(config),
    lambda: new LambdaClient(config),
    // No redirect to the bucket's own region: a forgotten `region` has to fail here as it fails on AWS.
    s3: new S3Client({ ...config, forcePathStyle: true }),
    // For the other side of a replication rule, which lies in another region by design.
    s3AnyRegion: new S3Client({ ...config, forcePathStyle: true, followRegionRedirects: true }),
    scheduler: new SchedulerClient(config),
    secrets: new SecretsManagerClient(config),
    sfn: new SFNClient(config),
    sns: new SNSClient(config),
    sqs: new SQSClient(config),
    sts: new STSClient(config),
  };
}

/** Credentials of assumed roles; undefined for the environment's own. */
export interface SessionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** @throws Error with AWS's refusal when a role does not trust the one before it */
export async function assume(
  region: string,
  roles: readonly AssumedRole[],
  options: object = {},
): Promise<SessionCredentials | undefined> {
  let credentials: SessionCredentials | undefined;
  for (const { roleArn: RoleArn, externalId: ExternalId, sessionName = "pulumi" } of roles) {
    const sts = new STSClient({ maxAttempts: 2, ...options, region, ...(credentials ? { credentials } : {}) });
    const session = (await sts.send(new AssumeRoleCommand({ RoleArn, ExternalId, RoleSessionName: sessionName })))
      .Credentials!;
    credentials = {
      accessKeyId: session.AccessKeyId!,
      secretAccessKey: session.SecretAccessKey!,
      sessionToken: session.SessionToken!,
    };
  }
  return credentials;
}

const clients = new Map<string, AwsClients>();

export function awsClients(region: string, credentials?: SessionCredentials): AwsClients {
  const key = `${region} ${credentials?.accessKeyId ?? ""}`;
  let found = clients.get(key);
  if (!found) clients.set(key, (found = createAwsClients(region, credentials ? { credentials } : {})));
  return found;
}

import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ECSClient } from "@aws-sdk/client-ecs";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { STSClient } from "@aws-sdk/client-sts";
import type { Env } from "../config";
import { createS3Client } from "../repository/s3Client";
import type { RegionClients } from "./check";

/** Clients of one region, with the one that assumes roles. */
export type AwsClients = RegionClients & { sts: Pick<STSClient, "send"> };

/** The real clients, one of each kind and region, made when they are first asked for. */
export function awsClients(env: Env): (region: string) => AwsClients {
  const known = new Map<string, AwsClients>();
  const make = (region: string): AwsClients => {
    const settings = { region, maxAttempts: 4 };
    const once = <T>(create: () => T): (() => T) => {
      let client: T | undefined;
      return () => (client ??= create());
    };
    const clients = {
      s3: once(() => createS3Client({ region }, env)),
      kms: once(() => new KMSClient(settings)),
      scheduler: once(() => new SchedulerClient(settings)),
      sfn: once(() => new SFNClient(settings)),
      ecs: once(() => new ECSClient(settings)),
      ecr: once(() => new ECRClient(settings)),
      lambda: once(() => new LambdaClient(settings)),
      cloudwatch: once(() => new CloudWatchClient(settings)),
      sns: once(() => new SNSClient(settings)),
      secrets: once(() => new SecretsManagerClient(settings)),
      iam: once(() => new IAMClient(settings)),
      sts: once(() => new STSClient(settings)),
    };
    const properties = Object.entries(clients).map(([name, get]) => [name, { get, enumerable: true }] as const);
    return Object.defineProperties({}, Object.fromEntries(properties)) as AwsClients;
  };
  return (region) => {
    const found = known.get(region) ?? make(region);
    known.set(region, found);
    return found;
  };
}

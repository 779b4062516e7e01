/** What earlier steps leave for later ones. */
import type { ThrowawayPostgres } from "../support/postgres";
import type { RunningStack } from "../support/engine/runStack";
import type { Credentials, Standin } from "../support/standin/standin";
import type { TestTls } from "../support/tls";
import type { Ground } from "./ground";

export const PRIMARY_REGION = "eu-central-1";
export const REPLICA_REGION = "eu-west-1";
export const DATABASE = "shop";
/** The command line as it is shipped. */
export const CLI = require.resolve("../../dist/bundles/cli/backup321.js");

/** Servers that run until the demo ends. */
export interface Servers {
  /** Folder of everything that the demo writes outside the cache. */
  dir: string;
  tls: TestTls;
  postgres: ThrowawayPostgres;
  standin: Standin;
  ground: Ground;
}

/** What the stack says of itself. */
export interface Provisioned {
  primaryBucketName: string;
  replicaBucketName: string;
  starterArn: string;
  stateMachineArn: string;
  scheduleNames: string[];
  scheduleGroupName: string;
  dumpTaskDefinitionArns: string[];
  dumpRoleArns: string[];
  restorerRoleArn: string;
  securityGroupId: string;
  primaryFreshnessFunctionName: string;
  replicaFreshnessFunctionName: string;
  primaryAlarmNames: string[];
  replicaAlarmNames: string[];
  primaryTopicArn: string;
  replicaTopicArn: string;
  clusterArn: string;
}

export interface Deployed {
  stack: RunningStack;
  outputs: Provisioned;
  /** When the provisioned schedule fires next. */
  firesAt: Date;
}

/** The environment of someone who works with the repository through the CLI. */
export function cliEnv(servers: Servers, outputs: Provisioned, credentials: Credentials): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    ...servers.standin.env(credentials, PRIMARY_REGION),
    BACKUP321_DATABASE: DATABASE,
    BACKUP321_BUCKET: outputs.primaryBucketName,
    BACKUP321_REGION: PRIMARY_REGION,
    BACKUP321_REPLICA_BUCKET: outputs.replicaBucketName,
    BACKUP321_REPLICA_REGION: REPLICA_REGION,
    BACKUP321_REPOSITORY: DATABASE,
    BACKUP321_RPO_MINUTES: "1740",
  };
}

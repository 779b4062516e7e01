import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENV, type ObjectLockMode, type TierPolicy } from "../../../runner/contract";
import { type CpuArchitecture, type DatabaseArgs, SslMode, type Transform } from "../../types";
import { child } from "../child";
import { CONTAINER_NAME } from "./databaseStates";
import { DEFAULTS } from "../defaults";
import type { Scope } from "../scope";

/** A container definition's own shape, as far as it is used here. */
export interface ContainerInput {
  image: string;
  command: string[];
  environment: Record<string, string>;
  /** Environment name → key of the secret's JSON. */
  secrets: Record<string, string>;
  secretArn: string | undefined;
  logGroupName: string;
  region: string;
  streamPrefix: string;
}

/** libpq's names and the keys of the RDS secret shape. */
const SECRET_KEYS = {
  PGHOST: "host",
  PGPORT: "port",
  PGUSER: "username",
  PGPASSWORD: "password",
  PGDATABASE: "dbname",
};

/**
 * Container definitions as JSON: one container, unprivileged, without a writable file system (the dump streams, it needs none).
 * Names are sorted and nothing is null: ECS compares the text, and a difference replaces the definition.
 */
export function containerJson(input: ContainerInput): string {
  const sorted = <T>(record: Record<string, T>): [string, T][] =>
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    {
      name: CONTAINER_NAME,
      image: input.image,
      essential: true,
      command: input.command,
      user: "10001:10001",
      readonlyRootFilesystem: true,
      // Fargate's longest. On SIGTERM the runner aborts its uploads, which takes time.
      stopTimeout: 120,
      linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
      environment: sorted(input.environment).map(([name, value]) => ({ name, value })),
      // The trailing colons are part of the syntax: key, version stage, version id.
      secrets: sorted(input.secrets).map(([name, key]) => ({ name, valueFrom: `${input.secretArn}:${key}::` })),
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": input.logGroupName,
          "awslogs-region": input.region,
          "awslogs-stream-prefix": input.streamPrefix,
          // A slow log service must not stall a dump that holds a snapshot open.
          mode: "non-blocking",
          "max-buffer-size": "25m",
        },
      },
    },
  ]);
}

/** What all tasks share. */
export interface TasksInput extends Scope {
  image: pulumi.Output<string>;
  cpu: number;
  memoryMiB: number;
  cpuArchitecture: CpuArchitecture;
  timeoutMinutes: number;
  repositoryName: string;
  primaryBucketName: pulumi.Input<string>;
  replicaBucketName: pulumi.Input<string>;
  replicaRegion: string;
  lockMode: ObjectLockMode;
  tiers: readonly TierPolicy[];
  primaryRegion: pulumi.Output<string>;
  logGroup: aws.cloudwatch.LogGroup;
  transform?: Transform<aws.ecs.TaskDefinitionArgs>;
}

/** One task. */
export interface TaskInput {
  /** Its family, and its name in Pulumi. */
  family: string;
  streamPrefix: "dump" | "verify";
  command: string[];
  taskRoleArn: pulumi.Output<string>;
  executionRoleArn: pulumi.Output<string>;
  /** What it has beside what all tasks have. */
  environment: Record<string, pulumi.Input<string>>;
  /** Secret whose keys it gets as libpq's variables; undefined for none. */
  secretArn?: pulumi.Input<string> | undefined;
}

/** How a task that dumps signs in to its database and encrypts the connection, the secret excepted. */
export function connectionEnvironment(database: DatabaseArgs): Record<string, pulumi.Input<string>> {
  const { sslMode, sslRootCertPath, rdsIamAuth, port = DEFAULTS.databasePort } = database;
  return {
    PGSSLMODE: sslMode ?? DEFAULTS.sslMode,
    ...(sslRootCertPath === undefined ? {} : { PGSSLROOTCERT: sslRootCertPath }),
    ...(rdsIamAuth === undefined
      ? {}
      : {
          PGHOST: rdsIamAuth.host,
          PGPORT: String(port),
          PGUSER: rdsIamAuth.username,
          PGDATABASE: rdsIamAuth.databaseName,
          [ENV.rdsIamAuth]: "true",
        }),
  };
}

/** Makes one task definition. */
export function taskDefinition(input: TasksInput, task: TaskInput): aws.ecs.TaskDefinition {
  const containers = pulumi
    .all([
      input.image,
      pulumi.output(task.secretArn),
      pulumi.all(task.environment),
      input.primaryBucketName,
      input.replicaBucketName,
      input.primaryRegion,
      input.logGroup.name,
    ])
    .apply(([image, secretArn, environment, bucket, replicaBucket, region, logGroupName]) =>
      containerJson({
        image,
        command: task.command,
        environment: {
          [ENV.repository]: input.repositoryName,
          [ENV.bucket]: bucket,
          [ENV.region]: region,
          [ENV.replicaBucket]: replicaBucket,
          [ENV.replicaRegion]: input.replicaRegion,
          [ENV.tiers]: JSON.stringify(input.tiers),
          [ENV.lockMode]: input.lockMode,
          [ENV.timeoutMinutes]: String(input.timeoutMinutes),
          ...environment,
        },
        secrets: secretArn === undefined ? {} : SECRET_KEYS,
        secretArn,
        logGroupName,
        region,
        streamPrefix: task.streamPrefix,
      }),
    );
  const args: aws.ecs.TaskDefinitionArgs = {
    region: input.region,
    family: task.family,
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: String(input.cpu),
    memory: String(input.memoryMiB),
    runtimePlatform: { cpuArchitecture: input.cpuArchitecture, operatingSystemFamily: "LINUX" },
    executionRoleArn: task.executionRoleArn,
    taskRoleArn: task.taskRoleArn,
    // A running execution still refers to the old revision; deregistering it would fail that run.
    skipDestroy: true,
    containerDefinitions: containers,
    tags: input.tags,
  };
  const { parent, guard, transform } = input;
  return child(aws.ecs.TaskDefinition, task.family, args, guard, { parent, transform });
}

/** Whether a mode checks the server's certificate and so needs to be told whom to trust. */
export function checksCertificate(sslMode: SslMode | undefined): boolean {
  return sslMode === SslMode.VerifyCa || sslMode === SslMode.VerifyFull;
}

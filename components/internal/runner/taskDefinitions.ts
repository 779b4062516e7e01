import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENV } from "../../../runner/contract";
import { type CpuArchitecture, type DatabaseArgs, SslMode, type Transform } from "../../types";
import { child } from "../child";
import { type Container, type ContainerLog, containersJson, runnerContainer } from "./containers";
import { DEFAULTS } from "../defaults";
import type { Scope } from "../scope";

/** What all tasks share. */
export interface TasksInput extends Scope {
  image: pulumi.Output<string>;
  cpu: number;
  memoryMiB: number;
  cpuArchitecture: CpuArchitecture;
  repositoryName: string;
  primaryBucketName: pulumi.Input<string>;
  replicaBucketName: pulumi.Input<string>;
  replicaRegion: string;
  /** What all of them have beside their names and places. */
  environment: Record<string, string>;
  primaryRegion: pulumi.Output<string>;
  /** Region of the tasks and of their logs. */
  taskRegion: pulumi.Output<string>;
  logGroup: aws.cloudwatch.LogGroup;
  transform?: Transform<aws.ecs.TaskDefinitionArgs>;
}

/** A server beside a task. */
export interface BesideInput {
  image: pulumi.Output<string>;
  container: (image: string, log: ContainerLog) => Container;
}

/** One task. */
export interface TaskInput {
  /** Its family, and its name in Pulumi. */
  family: string;
  streamPrefix: "dump" | "verify" | "drill";
  command: string[];
  taskRoleArn: pulumi.Output<string>;
  executionRoleArn: pulumi.Output<string>;
  /** What it has beside what all tasks have. */
  environment: Record<string, pulumi.Input<string>>;
  /** Environment name → what ECS reads it from: a secret's ARN, or one of its keys. */
  secrets?: Record<string, pulumi.Input<string>> | undefined;
  /** Servers that run beside it. */
  beside?: readonly BesideInput[] | undefined;
  /** Disk of the task in GiB; undefined for Fargate's own 20. */
  scratchGiB?: number | undefined;
}

/** libpq's names and the keys of the RDS secret shape. */
const SECRET_KEYS = {
  PGHOST: "host",
  PGPORT: "port",
  PGUSER: "username",
  PGPASSWORD: "password",
  PGDATABASE: "dbname",
};

/** Where ECS finds libpq's variables in a secret. */
export function connectionSecrets(secretArn: pulumi.Input<string>): Record<string, pulumi.Input<string>> {
  // The trailing colons are part of the syntax: key, version stage, version id.
  const entries = Object.entries(SECRET_KEYS).map(([name, key]) => [name, pulumi.interpolate`${secretArn}:${key}::`]);
  return Object.fromEntries(entries) as Record<string, pulumi.Input<string>>;
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
    .output({
      image: input.image,
      secrets: task.secrets ?? {},
      images: pulumi.all((task.beside ?? []).map((one) => one.image)),
      environment: { ...input.environment, ...task.environment },
      bucket: input.primaryBucketName,
      replicaBucket: input.replicaBucketName,
      region: input.primaryRegion,
      taskRegion: input.taskRegion,
      groupName: input.logGroup.name,
    })
    .apply(({ image, secrets, images, environment, groupName, taskRegion, ...known }) => {
      const log = { groupName, region: taskRegion, streamPrefix: task.streamPrefix };
      const beside = (task.beside ?? []).map(({ container }, i) => container(images[i]!, log));
      const runner = runnerContainer({
        image,
        command: task.command,
        environment: {
          [ENV.repository]: input.repositoryName,
          [ENV.bucket]: known.bucket,
          [ENV.region]: known.region,
          [ENV.replicaBucket]: known.replicaBucket,
          [ENV.replicaRegion]: input.replicaRegion,
          ...environment,
        },
        secrets,
        log,
        beside,
      });
      return containersJson([runner, ...beside]);
    });
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
    ephemeralStorage: task.scratchGiB === undefined ? undefined : { sizeInGib: task.scratchGiB },
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

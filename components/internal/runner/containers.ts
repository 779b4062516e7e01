import { CONTAINER_NAME } from "./databaseStates";

/** One container definition, as ECS reads it. */
export interface Container {
  name: string;
  [property: string]: unknown;
}

/** Where a container's output goes. */
export interface ContainerLog {
  groupName: string;
  region: string;
  streamPrefix: string;
}

/** What the runner's container is made from. */
export interface ContainerInput {
  image: string;
  command: string[];
  environment: Record<string, string>;
  /** Environment name → what ECS reads it from. */
  secrets: Record<string, string>;
  log: ContainerLog;
  /** Containers that must have started before this one. */
  beside: readonly Container[];
}

/** Without any capability; the process is a child of an init that reaps what it leaves. */
export const LINUX_PARAMETERS = { initProcessEnabled: true, capabilities: { drop: ["ALL"] } };

/** Sends output to CloudWatch. A slow log service must not stall a dump that holds a snapshot open. */
export function logConfiguration({ groupName, region, streamPrefix }: ContainerLog): Record<string, unknown> {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": groupName,
      "awslogs-region": region,
      "awslogs-stream-prefix": streamPrefix,
      mode: "non-blocking",
      "max-buffer-size": "25m",
    },
  };
}

/** A record's entries by name: ECS compares the text of definitions, and a difference replaces them. */
export function sortedEntries<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * The runner: unprivileged, and without a writable file system where it only streams. Beside a server it restores, for which it keeps
 * an archive's table of contents on disk; a mounted volume would belong to root, so it may write to its own file system there.
 */
export function runnerContainer({ image, command, environment, secrets, log, beside }: ContainerInput): Container {
  // Started, not healthy: of a server that never answers the drill leaves a record, a task that waits for its health leaves none.
  const dependsOn = beside.map(({ name }) => ({ containerName: name, condition: "START" }));
  return {
    name: CONTAINER_NAME,
    image,
    essential: true,
    command,
    ...(beside.length > 0 ? { dependsOn } : {}),
    user: "10001:10001",
    readonlyRootFilesystem: beside.length === 0,
    // Fargate's longest. On SIGTERM the runner aborts its uploads, which takes time.
    stopTimeout: 120,
    linuxParameters: LINUX_PARAMETERS,
    environment: sortedEntries(environment).map(([name, value]) => ({ name, value })),
    secrets: sortedEntries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    logConfiguration: logConfiguration(log),
  };
}

/** Container definitions as JSON, sorted by name. Nothing in it is null. */
export function containersJson(containers: readonly Container[]): string {
  return JSON.stringify([...containers].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

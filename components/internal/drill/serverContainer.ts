import {
  type Container,
  type ContainerLog,
  LINUX_PARAMETERS,
  logConfiguration,
  sortedEntries,
} from "../runner/containers";

/** The one address that the containers of a task share, and nobody else reaches: each task has a network of its own. */
const TASK_LOOPBACK = "127.0.0.1";
const PORT = 5432;
/** A second server needs another port in the same network. */
export const NEXT_MAJOR_PORT = 5433;
const USER = "postgres";

/** How the drill reaches the server beside it. In the clear, since nothing leaves the task. */
export const SERVER_CONNECTION = {
  PGHOST: TASK_LOOPBACK,
  PGPORT: String(PORT),
  PGUSER: USER,
  PGDATABASE: "postgres",
  PGSSLMODE: "disable",
} as const;

/**
 * The throwaway server: the official PostgreSQL image, as its own unprivileged user. It is told to trust whoever connects, because any
 * password would be in the task definition for everybody to read, and because it listens on the loopback of the task's own network
 * alone: only the drill beside it can connect. It lives as long as the task.
 *
 * Durability is left as it is on a real server, so that the measured time is no better than one. Not essential: the drill says what
 * happened when it ends.
 *
 * @param memoryMiB the server's share of the task's memory
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
 */
export function serverContainer(
  image: string,
  memoryMiB: number,
  log: ContainerLog,
  { name, port }: { name: string; port: number } = { name: "server", port: PORT },
): Container {
  const settings = {
    listen_addresses: TASK_LOOPBACK,
    port: String(port),
    shared_buffers: `${Math.floor(memoryMiB / 3)}MB`,
    maintenance_work_mem: `${Math.floor(memoryMiB / 12)}MB`,
    max_wal_size: "4GB",
    // /dev/shm is 64 MiB on Fargate and can't be made larger; building an index in parallel needs more.
    dynamic_shared_memory_type: "mmap",
  };
  return {
    name,
    image,
    essential: false,
    command: ["postgres", ...sortedEntries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    user: USER,
    // Its data goes to the volume that the image declares, on the task's own disk.
    readonlyRootFilesystem: false,
    stopTimeout: 30,
    linuxParameters: LINUX_PARAMETERS,
    environment: [{ name: "POSTGRES_HOST_AUTH_METHOD", value: "trust" }],
    logConfiguration: logConfiguration(log),
  };
}

import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { DRILL_DATABASE } from "../drill";
import { besideServer } from "../drill/besideServer";
import { localServer } from "../drill/localServer";
import type { DrillServer } from "../drill/server";
import { StageError } from "../errors";
import { awsConnectionClients } from "../postgres/awsConnection";
import { connectionSettings, connectionSource } from "../postgres/connectionSource";
import type { CliContext } from "./context";
import { orInterrupted } from "./options";

/** A container that is pulled beside the task may begin later than it. */
const WAIT_SECONDS = 180;

/**
 * The servers of a drill and of its rehearsal: made here, or beside the task.
 * @param nextMajorPort of the newer server beside the task
 * @throws StageError `usage`, `preflight`
 */
export async function drillServers(
  context: CliContext,
  options: { serverUser?: string },
  isBeside: boolean,
  nextMajorPort: number | undefined,
): Promise<{ server: DrillServer; nextServer: DrillServer }> {
  const { env } = context;
  if (!isBeside) {
    const isRoot = process.getuid?.() === 0;
    const password = () => randomBytes(24).toString("base64url");
    const server = localServer({ env, scratch: tmpdir(), isRoot, user: options.serverUser, password });
    return { server, nextServer: server };
  }
  if (options.serverUser !== undefined) {
    throw new StageError(
      "drill server",
      "usage",
      "--server-user is for --server local; the server beside the task runs already",
    );
  }
  const source = connectionSource(env, "postgres");
  const settings = await orInterrupted(context, connectionSettings(source, awsConnectionClients));
  const at = (port: number) =>
    besideServer({ settings: { ...settings, port }, waitSeconds: WAIT_SECONDS, database: DRILL_DATABASE });
  return { server: at(settings.port), nextServer: at(nextMajorPort ?? settings.port) };
}

import { readFile } from "node:fs/promises";
import { availableParallelism, hostname, tmpdir, userInfo } from "node:os";
import { Command, Option } from "commander";
import type { Env } from "../config";
import { type DrillEvent, runDrill } from "../drill";
import { type DrillConfig, drillConfig } from "../drill/config";
import { callerOf } from "../drill/ranBy";
import { drillMetrics } from "../drill/record";
import { ENV } from "../contract";
import { DRILL_ENV } from "../drillContract";
import { messageOf, problemsError, StageError } from "../errors";
import { type Side, SIDES } from "../freshnessFacts";
import { createLogger } from "../logger";
import { withMetrics } from "../metricFormat";
import { findClientProgram } from "../postgres/clientPrograms";
import { S3Repository } from "../repository/s3Repository";
import { parseIdentities, readIdentityFile } from "../stream/ageKeys";
import { TOOL } from "../version";
import { metricTarget } from "./backupReport";
import type { CliContext } from "./context";
import { drillServers } from "./drillServers";
import { drillProgress, drillText } from "./drillText";
import { json } from "./format";
import {
  environmentOf,
  onSide,
  orInterrupted,
  requireDatabase,
  type RepositoryOptions,
  withRepositoryOptions,
} from "./options";
import { choosePoint, type PointOptions } from "./pointOptions";
import { ByteProgress } from "./progress";
import { randomBase32 } from "./randomBase32";

interface DrillOptions extends RepositoryOptions, PointOptions {
  database?: string;
  side: Side;
  server?: "local" | "beside";
  serverUser?: string;
  rtoMinutes?: string;
  assertions?: string;
  nextMajor?: boolean;
  identityFile?: string;
  locale?: string;
  jobs?: string;
  by?: string;
  record: boolean;
  json?: boolean;
}

const MOST_WORKERS = 4;

/** Puts options over the environment, under the names that the drill reads. */
async function drillEnvironment(env: Env, options: DrillOptions): Promise<Env> {
  const assertions =
    options.assertions === undefined
      ? undefined
      : await readFile(options.assertions, "utf8").catch((error: unknown) => {
          throw new StageError("drill", "usage", `--assertions: ${messageOf(error)}`, { cause: error });
        });
  const given = {
    [DRILL_ENV.rtoMinutes]: options.rtoMinutes,
    [DRILL_ENV.assertions]: assertions,
    [DRILL_ENV.rehearseNextMajor]: options.nextMajor ? "true" : undefined,
    [ENV.workers]: options.jobs,
    [ENV.ageIdentityFile]: options.identityFile,
    // What a person names takes the place of whatever the environment has.
    ...(options.identityFile === undefined ? {} : { [DRILL_ENV.ageIdentity]: "" }),
  };
  return {
    ...environmentOf(env, options),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

async function identitiesOf({ identityFile, identity }: DrillConfig): Promise<string[] | undefined> {
  if (identityFile !== undefined) return readIdentityFile("drill", identityFile);
  if (identity === undefined) return undefined;
  const { identities, problems } = parseIdentities(identity);
  if (problems.length === 0) return identities;
  throw problemsError(
    "drill",
    "usage",
    problems.map((problem) => `${DRILL_ENV.ageIdentity} ${problem}`),
  );
}

const METADATA_TIMEOUT_MS = 5_000;

async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(METADATA_TIMEOUT_MS) });
  return answer.json();
}

function systemUser(): string | null {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return null; // a user id without a name
  }
}

/** In ECS the end of a drill is a log line that metrics are taken out of. */
function sendMetrics({ env, clock }: CliContext, event: DrillEvent): void {
  if (event.event !== "finished") return;
  const { record, key } = event;
  const target = metricTarget(env, record.database);
  if (target === undefined) return;
  const { drillId, database, verdict } = record;
  const line = { event: "drilled", drillId, database, verdict, record: key };
  createLogger().info(withMetrics(line, drillMetrics(record), target, clock()));
}

async function drill(context: CliContext, options: DrillOptions): Promise<void> {
  const env = await drillEnvironment(context.env, options);
  const database = requireDatabase(env, options.database);
  const isBeside = (options.server ?? (env.PGHOST ? "beside" : "local")) === "beside";
  const defaultWorkers = Math.min(MOST_WORKERS, availableParallelism());
  const config = drillConfig(env, { isRecorded: options.record, defaultWorkers, isBeside });
  const identities = await identitiesOf(config);
  const servers = await drillServers(context, options, isBeside, config.nextMajorPort);
  const ranBy = await callerOf({ env, given: options.by, systemUser, fetchJson });
  const isGiven = options.id !== undefined || options.asOf !== undefined;
  const progress = new ByteProgress(context, "drill");
  const tell = drillProgress(context, progress);
  const records = config.records && new S3Repository(config.records);
  try {
    await onSide(env, options, options.side, async (repository) => {
      // A point that a person names and that is not there is a slip, no failed drill.
      const point = isGiven
        ? await orInterrupted(context, choosePoint(repository, database, options, context.clock()))
        : undefined;
      const { rtoSeconds, assertions, rehearseNextMajor, workers } = config;
      const record = await runDrill(
        {
          repository,
          side: options.side,
          records,
          ...servers,
          findProgram: (name, minMajor) => findClientProgram(name, minMajor, env),
          identities,
          path: env.PATH ?? "",
          scratch: tmpdir(),
          clock: context.clock,
          random: randomBase32,
          toolVersion: TOOL.version,
          ranBy,
          onEvent: (event) => {
            tell(event);
            sendMetrics(context, event);
            if (event.event !== "finished") return;
            context.out(
              options.json ? json({ ...event.record, record: event.key }) : drillText(event.record, event.key),
            );
          },
        },
        { database, point, rtoSeconds, assertions, rehearseNextMajor, workers, locale: options.locale },
        context.signal,
      ).finally(() => progress.stop());
      if (record.verdict === "passed") return;
      const failed = record.checks.filter(({ passed }) => !passed).map(({ name }) => name);
      throw new StageError("drill", "unhealthy", `${record.drillId} of "${database}" failed: ${failed.join(", ")}`);
    });
  } finally {
    records?.close();
  }
}

/** `backup321 drill` */
export function drillCommand(context: CliContext): Command {
  const command = new Command("drill")
    .summary("prove a restore on a throwaway server, with evidence")
    .description("restore a recovery point into a throwaway server, check it, and record the evidence")
    .option("--database <name>", "the database's name in the repository (default: $BACKUP321_DATABASE)")
    .option("--latest", "the newest recovery point that is whole (the default)")
    .option("--id <id>", "this recovery point")
    .option("--as-of <time>", "the newest one taken at or before a time, like 2026-11-20T02:00Z")
    .addOption(new Option("--side <side>", "which bucket to restore from").choices([...SIDES]).default("replica"))
    .addOption(
      new Option("--server <kind>", "make a server here, or take the one at PGHOST (default: by PGHOST)").choices([
        "local",
        "beside",
      ]),
    )
    .option("--server-user <name>", "as root: the user without rights that runs the server")
    .option("--rto-minutes <n>", `fail when it takes longer (default: $${DRILL_ENV.rtoMinutes})`)
    .option("--assertions <file>", `JSON array of { "name", "sql" } (default: $${DRILL_ENV.assertions})`)
    .option("--next-major", "restore into a newer major version as well")
    .option("--identity-file <path>", `private keys of age for an encrypted point (default: $${ENV.ageIdentityFile})`)
    .option("--locale <name>", "compare text by this locale of the server (default: the source's)")
    .option("--jobs <n>", `objects loaded, and indexes built, at once (default: $${ENV.workers}, else by cores)`)
    .option("--by <name>", "who drills, for the record (default: the account of the operating system)")
    .option("--no-record", "store no record; then it is no evidence")
    .option("--json", "print JSON instead of text")
    .addHelpText(
      "after",
      `
Restores with every digest checked, then: rows of every table against the manifest (or the archive), the schema's fingerprint,
the assertions, and the time against the objective. A drill that could not do something has failed. The record goes to drills/
of the primary's bucket, once. Exit code 8 when the drill failed or its record could not be stored.

A server made here holds the restored database below TMPDIR, listens on a private socket, and is removed with it. A server at
PGHOST must hold nothing: the drill restores as its superuser.

Examples:
  backup321 drill --database orders --stack prod
  backup321 drill --database orders --side primary --no-record --server-user postgres
  backup321 drill --database orders --as-of 2026-11-20T02:00Z --rto-minutes 60 --by "A. Person"`,
    );
  return withRepositoryOptions(command).action((options: DrillOptions) => drill(context, options));
}

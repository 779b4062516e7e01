import { availableParallelism, tmpdir } from "node:os";
import { Command } from "commander";
import { EnvReader } from "../config";
import { ENV } from "../contract";
import type { Side } from "../freshnessFacts";
import { findClientProgram } from "../postgres/clientPrograms";
import { awsConnectionClients } from "../postgres/awsConnection";
import { connectionSettings, connectionSource } from "../postgres/connectionSource";
import { type RestoreEvent, restorePoint, type RestoreResult } from "../restore";
import { readIdentityFile } from "../stream/seal";
import type { CliContext } from "./context";
import { humanBytes, json } from "./format";
import {
  onSide,
  orInterrupted,
  requireDatabase,
  type RepositoryOptions,
  withRepositoryOptions,
  withSideOption,
} from "./options";
import { choosePoint, type PointOptions } from "./pointOptions";
import { randomBase32 } from "./randomBase32";
import { ByteProgress } from "./progress";

interface RestoreOptions extends RepositoryOptions, PointOptions {
  database?: string;
  side: Side;
  owner: boolean;
  acl: boolean;
  tablespaces: boolean;
  locale?: string;
  table?: string[];
  jobs?: string;
  identityFile?: string;
  json?: boolean;
}

function reporter(context: CliContext, progress: ByteProgress): (event: RestoreEvent) => void {
  return (event) => {
    switch (event.event) {
      case "preflight":
        return context.note(
          `checking ${event.recoveryPointId}: ${humanBytes(event.storedBytes)} stored, ${humanBytes(event.rawBytes)} raw`,
        );
      case "started":
        return context.note(`restoring into the temporary database "${event.temporaryDatabase}"`);
      case "progress":
        return progress.update(event.readBytes, event.totalBytes);
      case "analyzing":
        progress.stop();
        return context.note("every digest and row count agrees; gathering statistics");
      case "renamed":
        return context.note(`database "${event.database}" is ready`);
    }
  };
}

function toText(result: RestoreResult): string {
  const { seconds } = result;
  return [
    `restored ${result.recoveryPointId} (${result.tier}, taken ${result.takenAt}) from "${result.bucket}" (${result.region})`,
    `into database "${result.database}": ${result.tables} tables, ${humanBytes(result.rawBytes)}`,
    `in ${seconds.total.toFixed(1)} s: checks ${seconds.preflight.toFixed(1)}, restore ${seconds.restore.toFixed(1)}, statistics ${seconds.analyze.toFixed(1)}`,
    ...(result.statisticsProblem === null
      ? []
      : [`WARNING, no statistics, so queries may be slow; run ANALYZE: ${result.statisticsProblem}`]),
    ...result.leftOut.map((what) => `left out: ${what}`),
    ...result.tampering.map((sentence) => `WARNING, the oldest version was used: ${sentence}`),
  ].join("\n");
}

const MOST_WORKERS = 4;
const repeated = (value: string, before: string[] = []): string[] => [...before, value];

/** @throws StageError `usage` */
function settingsOf(
  { env }: CliContext,
  options: RestoreOptions,
): { workers: number; identityFile: string | undefined } {
  const reader = new EnvReader({ ...env, ...(options.jobs === undefined ? {} : { [ENV.workers]: options.jobs }) });
  const workers = reader.integer(ENV.workers, {
    min: 1,
    max: 16,
    default: Math.min(MOST_WORKERS, availableParallelism()),
  });
  reader.finish("restore (give --jobs)");
  return { workers, identityFile: options.identityFile ?? reader.optional(ENV.ageIdentityFile) };
}

/** `backup321 restore` */
export function restoreCommand(context: CliContext): Command {
  const command = new Command("restore")
    .description("restore a recovery point into a new database")
    .argument("<new-database>", "name of the database to make; it must not exist")
    .option("--database <name>", "the database's name in the repository (default: $BACKUP321_DATABASE)")
    .option("--latest", "the newest recovery point (the default)")
    .option("--id <id>", "this recovery point")
    .option("--as-of <time>", "the newest one taken at or before a time, like 2026-11-20T02:00Z")
    .option("--no-owner", "let everything belong to the connecting role")
    .option("--no-acl", "grant no privileges")
    .option("--locale <name>", "compare text by this locale of the server (default: the source's)")
    .option("--no-tablespaces", "put everything into the default tablespace")
    .option("--table <schema.name>", "rows of these tables only; all others come back empty; may be repeated", repeated)
    .option("--jobs <n>", `objects loaded, and indexes built, at once (default: $${ENV.workers}, else by cores)`)
    .option("--identity-file <path>", `private keys of age for an encrypted point (default: $${ENV.ageIdentityFile})`)
    .option("--json", "print JSON instead of text")
    .addHelpText(
      "after",
      `
The server comes from libpq's variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSSLMODE, PGSSLROOTCERT, and PGDATABASE (default
postgres), an existing database to connect to meanwhile. As in backup, BACKUP321_SECRET_ARN takes the place of PGHOST, PGPORT,
PGUSER and PGPASSWORD, or BACKUP321_RDS_IAM_AUTH=true that of PGPASSWORD.
Data goes into "<new-database>__restoring_<random>", which gets its name only when every digest agreed and pg_restore
succeeded, and is dropped on any failure or signal before that. Encoding and locale are the source's.
Missing roles, tablespaces and extensions are named before anything is made. Roles and tablespaces are never made by this
command; they are in the point's globals. What the database itself had (privileges, a comment, ALTER DATABASE ... SET) is left
out and named; it is in the point's archive.
With --table, foreign keys to tables without rows, contents of materialized views, and large objects are left out and named. Of
a parallel point only those tables' own bytes are read.

Examples:
  PGHOST=db.example.org PGUSER=postgres backup321 restore orders_copy --database orders
  backup321 restore orders_yesterday --database orders --as-of 2026-11-20T02:00Z --side replica
  backup321 restore orders_test --database orders --id 20261120T020000Z-k3q7ab --no-owner --no-acl
  backup321 restore orders_look --database orders --table public.customers --table public.orders`,
    );
  return withSideOption(withRepositoryOptions(command)).action(async (newDatabase: string, options: RestoreOptions) => {
    const database = requireDatabase(context.env, options.database);
    const connection = connectionSource(context.env, "postgres");
    const settings = await orInterrupted(context, connectionSettings(connection, awsConnectionClients));
    const { workers, identityFile } = settingsOf(context, options);
    const identities = identityFile === undefined ? undefined : await readIdentityFile("restore", identityFile);
    const progress = new ByteProgress(context, "restore");
    await onSide(context.env, options, options.side, async (repository) => {
      const point = await orInterrupted(context, choosePoint(repository, database, options, context.clock()));
      const result = await restorePoint(
        {
          repository,
          settings,
          findProgram: (name, minMajor) => findClientProgram(name, minMajor, context.env),
          identities,
          scratch: tmpdir(),
          path: context.env.PATH ?? "",
          clock: context.clock,
          random: randomBase32,
          onEvent: reporter(context, progress),
        },
        {
          point,
          newDatabase,
          noOwner: !options.owner,
          noAcl: !options.acl,
          noTablespaces: !options.tablespaces,
          locale: options.locale,
          tables: options.table,
          workers,
        },
        context.signal,
      ).finally(() => progress.stop());
      context.out(options.json ? json(result) : toText(result));
    });
  });
}

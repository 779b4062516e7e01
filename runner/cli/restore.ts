import { availableParallelism, tmpdir } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { EnvReader } from "../config";
import { ENV } from "../contract";
import { problemsError, StageError } from "../errors";
import type { Side } from "../freshnessFacts";
import { findClientProgram } from "../postgres/clientPrograms";
import { awsConnectionClients } from "../postgres/awsConnection";
import type { PostgresSettings } from "../postgres/connection";
import { connectionSettings, connectionSource } from "../postgres/connectionSource";
import { readManifest } from "../recoveryPoints";
import { type RestoreDependencies, restorePoint, type RestoreRequest } from "../restore";
import { previewRestore } from "../restorePreview";
import { restoreRows } from "../restoreRows";
import { readIdentityFile } from "../stream/seal";
import { confirm } from "./confirm";
import type { CliContext } from "./context";
import { json } from "./format";
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
import { RESTORE_HELP } from "./restoreHelp";
import { previewText, replacementQuestion, restoreReporter, restoreText, rowsText } from "./restoreText";
import { unfinishedCommand, type UnfinishedOptions } from "./unfinished";

interface RestoreOptions extends RepositoryOptions, PointOptions, UnfinishedOptions {
  database?: string;
  side: Side;
  owner: boolean;
  acl: boolean;
  tablespaces: boolean;
  roleMap?: Map<string, string>;
  locale?: string;
  table?: string[];
  schema?: string[];
  schemaOnly?: boolean;
  dataOnly?: boolean;
  replace?: boolean;
  disconnectOthers?: boolean;
  dropReplaced?: boolean;
  dryRun?: boolean;
  listUnfinished?: boolean;
  jobs?: string;
  identityFile?: string;
}

const MOST_WORKERS = 4;
const repeated = (value: string, before: string[] = []): string[] => [...before, value];

function mapping(value: string, before = new Map<string, string>()): Map<string, string> {
  const at = value.indexOf("=");
  if (at < 1 || at === value.length - 1) throw new InvalidArgumentError("expected <source's role>=<server's role>.");
  return new Map([...before, [value.slice(0, at), value.slice(at + 1)]]);
}

/** @throws StageError `usage` with every pair of options that contradict each other, or miss each other */
function requireAgreement(options: RestoreOptions): void {
  const { dataOnly, replace } = options;
  const problems: string[] = [];
  const withoutReplace = { "--disconnect-others": options.disconnectOthers, "--drop-replaced": options.dropReplaced };
  for (const [name, given] of Object.entries(withoutReplace)) {
    if (given && !replace) problems.push(`${name} goes with --replace alone`);
  }
  const notRows = {
    "--schema-only": options.schemaOnly,
    "--replace": replace,
    "--role-map": options.roleMap,
    "--dry-run": options.dryRun,
  };
  for (const [name, given] of Object.entries(notRows)) {
    if (given && dataOnly) problems.push(`--data-only brings rows into tables that are there, so not with ${name}`);
  }
  const notWhole = { "--table": options.table, "--schema": options.schema, "--schema-only": options.schemaOnly };
  for (const [name, given] of Object.entries(notWhole)) {
    if (given && replace && !dataOnly) {
      problems.push(`--replace takes all rows, so not with ${name}, which leaves tables empty; choose another name`);
    }
  }
  if (problems.length > 0) throw problemsError("restore", "usage", problems);
}

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
    .argument("[new-database]", "name of the database to make; it must not exist, unless with --replace or --data-only")
    .option("--database <name>", "the database's name in the repository (default: $BACKUP321_DATABASE)")
    .option("--latest", "the newest recovery point (the default)")
    .option("--id <id>", "this recovery point")
    .option("--as-of <time>", "the newest one taken at or before a time, like 2026-11-20T02:00Z")
    .option("--dry-run", "make every check, say what it would do and how long it takes, and stop")
    .option("--table <schema.name>", "rows of these tables only; all others come back empty; may be repeated", repeated)
    .option("--schema <name>", "rows of the tables of this schema only; may be repeated", repeated)
    .option("--schema-only", "definitions alone, no rows")
    .option("--data-only", "rows alone, into empty tables of an existing database, in one transaction")
    .option("--replace", "take the place of the existing database, which is renamed; asks for its name")
    .option("--disconnect-others", "with --replace: end the sessions of others in it")
    .option("--drop-replaced", "with --replace: drop the old database in the end")
    .option("--confirm <name>", "the name that would be asked for at the terminal")
    .option("--no-owner", "let everything belong to the connecting role")
    .option("--no-acl", "grant no privileges")
    .option("--role-map <old=new>", "give a role's ownership and privileges to another; may be repeated", mapping)
    .option("--locale <name>", "compare text by this locale of the server (default: the source's)")
    .option("--no-tablespaces", "put everything into the default tablespace")
    .option("--jobs <n>", `objects loaded, and indexes built, at once (default: $${ENV.workers}, else by cores)`)
    .option("--identity-file <path>", `private keys of age for an encrypted point (default: $${ENV.ageIdentityFile})`)
    .option("--list-unfinished", "list what restores that were killed left on the server, and stop")
    .option("--drop-unfinished", "drop those that nobody is connected to; asks for each name")
    .option("--json", "print JSON instead of text")
    .addHelpText("after", RESTORE_HELP);
  return withSideOption(withRepositoryOptions(command)).action(
    async (name: string | undefined, options: RestoreOptions) => {
      requireAgreement(options);
      const connection = connectionSource(context.env, "postgres");
      if (options.listUnfinished || options.dropUnfinished) {
        const settings = await orInterrupted(context, connectionSettings(connection, awsConnectionClients));
        return unfinishedCommand(context, settings, options);
      }
      if (name === undefined)
        throw new StageError("restore", "usage", "name the database to make: restore <new-database>");
      const database = requireDatabase(context.env, options.database);
      const settings = await orInterrupted(context, connectionSettings(connection, awsConnectionClients));
      return restoreFrom(context, options, { name, database, settings });
    },
  );
}

async function restoreFrom(
  context: CliContext,
  options: RestoreOptions,
  { name, database, settings }: { name: string; database: string; settings: PostgresSettings },
): Promise<void> {
  const { workers, identityFile } = settingsOf(context, options);
  const identities = identityFile === undefined ? undefined : await readIdentityFile("restore", identityFile);
  const progress = new ByteProgress(context, "restore");
  const { table: tables, schema: schemas, locale, schemaOnly, replace, roleMap } = options;
  await onSide(context.env, options, options.side, async (repository) => {
    const point = await orInterrupted(context, choosePoint(repository, database, options, context.clock()));
    const dependencies: RestoreDependencies = {
      repository,
      settings,
      findProgram: (program, minMajor) => findClientProgram(program, minMajor, context.env),
      identities,
      scratch: tmpdir(),
      path: context.env.PATH ?? "",
      clock: context.clock,
      random: randomBase32,
      onEvent: restoreReporter(context, progress),
    };
    const what = { point, tables, schemas, locale, workers };
    if (options.dataOnly) {
      const rows = await restoreRows(dependencies, { ...what, database: name }, context.signal).finally(() =>
        progress.stop(),
      );
      context.out(options.json ? json(rows) : rowsText(rows));
      return;
    }
    const request: RestoreRequest = {
      ...what,
      newDatabase: name,
      noOwner: !options.owner,
      noAcl: !options.acl,
      noTablespaces: !options.tablespaces,
      schemaOnly,
      roleMap,
      replace: replace
        ? { disconnectOthers: options.disconnectOthers ?? false, dropReplaced: options.dropReplaced ?? false }
        : undefined,
    };
    if (options.dryRun) {
      const preview = await previewRestore(dependencies, request, context.signal);
      context.out(options.json ? json(preview) : previewText(preview));
      return;
    }
    if (replace) {
      const { manifest } = await orInterrupted(context, readManifest(repository, point));
      const question = replacementQuestion(settings, manifest, name, options.dropReplaced ?? false);
      await confirm(context, question, name, options.confirm);
    }
    const result = await restorePoint(dependencies, request, context.signal).finally(() => progress.stop());
    context.out(options.json ? json(result) : restoreText(result, tables));
  });
}

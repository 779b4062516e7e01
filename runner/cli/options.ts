import { type Command, Option } from "commander";
import { type Env, EnvReader, repositoryConfig, type RepositoryConfig } from "../config";
import { ENV, isDatabaseName } from "../contract";
import { StageError } from "../errors";
import type { CliContext } from "./context";
import { CONFIG_FILE, CONFIG_VARIABLE } from "./stackSource";
import { type Side, SIDES } from "../freshnessFacts";
import { unlessAborted } from "../interruption";
import type { Repository } from "../repository/repository";
import { S3Repository } from "../repository/s3Repository";

/** Options of every command that reads a repository. */
export interface RepositoryOptions {
  bucket?: string;
  region?: string;
  replicaBucket?: string;
  replicaRegion?: string;
}

/** Adds the options that say where the repository is, and where that is found when they don't. */
export function withRepositoryOptions(command: Command): Command {
  return withSourceOptions(command)
    .option("--bucket <name>", `bucket of the primary (default: $${ENV.bucket})`)
    .option("--region <region>", `its region (default: $${ENV.region}, else $AWS_REGION)`)
    .option("--replica-bucket <name>", `bucket of the replica (default: $${ENV.replicaBucket})`)
    .option("--replica-region <region>", `its region (default: $${ENV.replicaRegion})`);
}

/** Whether a command finds its settings in a stack or a file; `backup` has the environment alone. */
export function takesSettings(command: Command): boolean {
  return command.options.some(({ long }) => long === "--stack");
}

/** Adds the options that say which stack is meant. */
export function withSourceOptions(command: Command): Command {
  return command
    .option("--stack <name>", "this Pulumi stack: its outputs say the rest")
    .option("--component <name>", "the output of that stack that is the DatabaseBackup, where it has several")
    .option("--cwd <folder>", "folder of the Pulumi project, or of the configuration file (default: this one)")
    .option("--config <file>", `configuration file (default: $${CONFIG_VARIABLE}, else ${CONFIG_FILE} if it is there)`);
}

/** Adds `--side`. */
export function withSideOption(command: Command): Command {
  return command.addOption(new Option("--side <side>", "which bucket to read").choices([...SIDES]).default("primary"));
}

/** Puts options over the environment, under the names that the rest of the runner reads. */
export function environmentOf(env: Env, options: RepositoryOptions): Env {
  const given = {
    [ENV.bucket]: options.bucket,
    [ENV.region]: options.region,
    [ENV.replicaBucket]: options.replicaBucket,
    [ENV.replicaRegion]: options.replicaRegion,
  };
  return { ...env, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** Whether a replica is named. */
export function hasReplica(env: Env, options: RepositoryOptions): boolean {
  return new EnvReader(environmentOf(env, options)).optional(ENV.replicaBucket) !== undefined;
}

/**
 * Where one side is.
 * @throws StageError `usage` naming every missing setting
 */
export function sideConfig(env: Env, options: RepositoryOptions, side: Side): RepositoryConfig {
  const reader = new EnvReader(environmentOf(env, options));
  const config =
    side === "primary"
      ? repositoryConfig(reader)
      : {
          bucket: reader.required(ENV.replicaBucket, "the replica's bucket, or give --replica-bucket"),
          region: reader.required(ENV.replicaRegion, "the replica's region, or give --replica-region"),
        };
  reader.finish(`${side} repository`);
  return config;
}

/** Runs work on one side's repository and releases it. */
export async function onSide<T>(
  env: Env,
  options: RepositoryOptions,
  side: Side,
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  const repository = new S3Repository(sideConfig(env, options, side));
  try {
    return await work(repository);
  } finally {
    repository.close();
  }
}

/** Waits for work that has nothing to clean up, unless a signal comes first: storage that does not answer must not hold a person. */
export function orInterrupted<T>(context: Pick<CliContext, "signal">, work: Promise<T>): Promise<T> {
  return unlessAborted(context.signal, work, () => new StageError("backup321", "interrupted", "stopped by a signal"));
}

/**
 * The one database a command is about: the option, else the environment.
 * @throws StageError `usage`
 */
export function requireDatabase(env: Env, option: string | undefined): string {
  const reader = new EnvReader({ ...env, ...(option === undefined ? {} : { [ENV.database]: option }) });
  const database = reader.databaseName(ENV.database);
  reader.finish("database (give --database)");
  return database;
}

/** Names that options or environment give, or undefined for every database of the repository. */
export function givenDatabases(env: Env, option: string | undefined): string[] | undefined {
  const text = option ?? env[ENV.databases] ?? env[ENV.database];
  if (text === undefined || text === "") return undefined;
  const names = text.split(",").map((name) => name.trim());
  const bad = names.filter((name) => !isDatabaseName(name));
  if (bad.length === 0) return names;
  throw new StageError(
    "databases",
    "usage",
    `${bad.map((name) => `"${name}"`).join(", ")}: a name is 1 to 63 characters of a-z, 0-9 and inner hyphens`,
  );
}

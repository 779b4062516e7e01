import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { type Env, EnvReader } from "../config";
import { ENV } from "../contract";
import { messageOf, problemsError, StageError } from "../errors";
import { environmentOver, settingsOfFile, settingsOfOutputs, type StackSettings } from "../stackSettings";

/** Name of the configuration file that is read without being asked for. */
export const CONFIG_FILE = "backup321.json";
/** Names another one. */
export const CONFIG_VARIABLE = "BACKUP321_CONFIG";

/** Options that say where settings come from. */
export interface SourceOptions {
  config?: string;
  stack?: string;
  component?: string;
  cwd?: string;
  bucket?: string;
  replicaBucket?: string;
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Settings of a file. @throws StageError `usage` with every problem of it */
export function readConfigFile(file: string): StackSettings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const why =
      error instanceof SyntaxError
        ? `is no JSON: ${error.message}`
        : `can't be read (${(error as NodeJS.ErrnoException).code})`;
    throw new StageError("configuration file", "usage", `${file} ${why}`);
  }
  const { settings, problems } = settingsOfFile(value);
  if (problems.length > 0) throw problemsError(`configuration file ${file}`, "usage", problems);
  return settings;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The outputs of the one DatabaseBackup of a stack: those of the stack itself, or an output that is an object of them.
 * @param component name of that output, where there are several
 * @throws StageError `usage` when there is none, or more than one
 */
export function componentOutputs(
  stack: string,
  outputs: Readonly<Record<string, unknown>>,
  component?: string,
): Readonly<Record<string, unknown>> {
  const isBackup = (value: unknown): value is Record<string, unknown> =>
    isObject(value) && typeof value.primaryBucketName === "string";
  const fail = (what: string): StageError => new StageError(`stack "${stack}"`, "usage", what);
  if (component !== undefined) {
    const chosen = outputs[component];
    if (isBackup(chosen)) return chosen;
    throw fail(`its output "${component}" is no DatabaseBackup, which has a primaryBucketName`);
  }
  if (isBackup(outputs)) return outputs;
  const found = Object.entries(outputs).filter(([, value]) => isBackup(value));
  if (found.length === 1) return found[0]![1] as Record<string, unknown>;
  const names = found.map(([name]) => name).join(", ");
  throw fail(
    found.length === 0
      ? "it has no output primaryBucketName, nor an object with one; export the DatabaseBackup, as in `export const backup = ...`"
      : `it has several DatabaseBackups; choose with --component: ${names}`,
  );
}

async function stackSettings(env: Env, options: SourceOptions, signal: AbortSignal): Promise<StackSettings> {
  const { stack = "", component, cwd = "." } = options;
  const args = ["stack", "output", "--json", "--non-interactive", "--stack", stack, "--cwd", cwd];
  const fail = (what: string) => new StageError(`stack "${stack}"`, "usage", what);
  let stdout: string;
  try {
    ({ stdout } = await promisify(execFile)("pulumi", args, { env, signal, maxBuffer: MAX_OUTPUT_BYTES }));
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") throw fail(`there is no program pulumi in PATH; install it, or write a ${CONFIG_FILE}`);
    throw fail(`\`pulumi stack output\` failed: ${stderr?.trim() || messageOf(error)}`);
  }
  let outputs: unknown;
  try {
    outputs = JSON.parse(stdout);
  } catch {
    outputs = undefined;
  }
  if (!isObject(outputs)) throw fail("`pulumi stack output --json` wrote no JSON object");
  const { settings, problems } = settingsOfOutputs(componentOutputs(stack, outputs, component));
  if (problems.length > 0) throw problemsError(`outputs of stack "${stack}"`, "usage", problems);
  return settings;
}

/** An environment that names another repository than the stack somebody just typed is a mistake, whichever of both is meant. */
function refuseContradictions(env: Env, settings: StackSettings, source: string, options: SourceOptions): void {
  const reader = new EnvReader(env);
  const pairs = [
    [ENV.bucket, settings.primaryBucketName, options.bucket],
    [ENV.region, settings.primaryRegion, options.bucket],
    [ENV.replicaBucket, settings.replicaBucketName, options.replicaBucket],
    [ENV.replicaRegion, settings.replicaRegion, options.replicaBucket],
  ] as const;
  const problems = pairs.flatMap(([name, value, option]) => {
    const own = reader.optional(name);
    if (option !== undefined || own === undefined || value === undefined || own === value) return [];
    return [`${name} is ${own}, ${source} says ${value}; unset the variable, or give neither --stack nor --config`];
  });
  if (problems.length > 0) throw problemsError("configuration", "usage", problems);
}

/** What a command works with. */
export interface Sourced {
  env: Env;
  /** What is known of the stack; undefined where nothing but the environment says anything. */
  stack: StackSettings | undefined;
}

/**
 * Finds what a command works with: `--stack` or `--config`, which may not contradict the environment; without either the environment,
 * and below it the file that it names or that is in the working directory.
 * @throws StageError `usage`
 */
export async function sourceSettings(env: Env, options: SourceOptions, signal: AbortSignal): Promise<Sourced> {
  if (options.stack !== undefined && options.config !== undefined) {
    throw new StageError("configuration", "usage", "--stack and --config contradict each other; give one");
  }
  if (options.stack === undefined && options.component !== undefined) {
    throw new StageError("configuration", "usage", "--component chooses an output of a stack; give --stack with it");
  }
  const directory = options.cwd ?? ".";
  const silent = path.join(directory, CONFIG_FILE);
  const named = options.config ?? new EnvReader(env).optional(CONFIG_VARIABLE);
  let stack: StackSettings | undefined;
  if (options.stack !== undefined) stack = await stackSettings(env, options, signal);
  else if (named !== undefined) stack = readConfigFile(named);
  else if (existsSync(silent)) stack = readConfigFile(silent);
  if (stack === undefined) return { env, stack };
  if (options.stack !== undefined) refuseContradictions(env, stack, `stack "${options.stack}"`, options);
  if (options.config !== undefined) refuseContradictions(env, stack, options.config, options);
  return { env: environmentOver(env, stack), stack };
}

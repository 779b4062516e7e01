import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { ExitName } from "../errors";
import { type Stage, startStage } from "../stream/childStage";
import type { ClientProgram } from "./clientPrograms";
import { libpqEnv, type PostgresSettings } from "./connection";
import { textOf } from "./textEncoding";

/** How to run pg_restore. */
export interface PgRestoreOptions {
  program: ClientProgram;
  /** PATH for the child. */
  path: string;
  /** Name of the stage in errors. */
  stage: string;
  exit: ExitName;
  args: readonly string[];
  /** The archive; default: it comes through stdin. */
  file?: string | undefined;
  /** Connection settings as libpq's variables; none where pg_restore does not connect. */
  connection?: Record<string, string>;
  stdout: "pipe" | "ignore";
}

/** Starts pg_restore on a custom-format archive. */
export function startPgRestore(options: PgRestoreOptions): Stage {
  return startStage({
    stage: options.stage,
    exit: options.exit,
    command: options.program.path,
    args: ["--format=custom", ...options.args, ...(options.file === undefined ? [] : [options.file])],
    env: { ...options.connection, PATH: options.path, LC_ALL: "C" },
    stdin: options.file === undefined ? "pipe" : "ignore",
    stdout: options.stdout,
  });
}

/**
 * Lines of a child's output, whatever their number, one at a time.
 * @param encoding the database's, in which pg_restore prints what an archive says
 */
export async function* linesOf(stdout: Readable, encoding = "UTF8"): AsyncGenerator<string> {
  // A character for each byte, until a line is whole.
  const lines = createInterface({ input: stdout.setEncoding("latin1"), crlfDelay: Infinity });
  for await (const line of lines) yield textOf(Buffer.from(line, "latin1"), encoding);
}

/** Settings of a session that loads data for hours: nothing ends it, and no commit waits for the disk. */
const LOADING = [
  "statement_timeout=0",
  "lock_timeout=0",
  "idle_in_transaction_session_timeout=0",
  "synchronous_commit=off",
];

/**
 * The environment of a program that loads data into a database of its own. Renaming it afterwards, which is a commit that
 * waits, also flushes all that was committed without waiting.
 */
export async function loadingEnv(settings: PostgresSettings, database: string): Promise<Record<string, string>> {
  const options = LOADING.map((setting) => `-c ${setting}`).join(" ");
  return { ...(await libpqEnv({ ...settings, database })), PGOPTIONS: options };
}

/** First minor version of each major whose psql knows \restrict; from 18 on every one does. */
const RESTRICT_SINCE: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };
const RESTRICT_ALWAYS = 18;

/** Options that keep psql from obeying backslash commands in what it reads, where this version can be kept from it. */
export function restriction({ major, version }: ClientProgram, key: string): string[] {
  const minor = Number(version.split(".")[1] ?? 0);
  const isKnown = major >= RESTRICT_ALWAYS || minor >= (RESTRICT_SINCE[major] ?? Infinity);
  return isKnown ? [`--command=\\restrict ${key}`] : [];
}

/** How to run psql on SQL that comes through its stdin. */
export interface PsqlOptions extends Pick<PgRestoreOptions, "program" | "path" | "stage" | "exit"> {
  database: string;
  connection: Record<string, string>;
  /** A word that nobody who wrote the SQL knew. */
  key: string;
}

/** Starts psql on SQL from stdin: without anybody's .psqlrc, ended by the first error, saying each command's tag on stdout. */
export function startPsql({ program, path, stage, exit, database, connection, key }: PsqlOptions): Stage {
  return startStage({
    stage,
    exit,
    command: program.path,
    args: [
      "--no-psqlrc",
      "--no-password",
      "--set=ON_ERROR_STOP=1",
      `--dbname=${database}`,
      ...restriction(program, key),
      "--file=-",
    ],
    env: { ...connection, PATH: path, LC_ALL: "C" },
    stdin: "pipe",
    stdout: "pipe",
  });
}

/** Rows that each COPY loaded, in order, by the tags that psql says. */
export async function copiedRows(lines: AsyncIterable<string> | Iterable<string>): Promise<number[]> {
  const rows: number[] = [];
  for await (const line of lines) {
    const tag = /^COPY (\d+)$/.exec(line);
    if (tag) rows.push(Number(tag[1]));
  }
  return rows;
}

import { escapeIdentifier } from "pg";
import type { Manifest } from "../manifestFormat";
import type { PostgresSettings } from "../postgres/connection";
import type { RestoreEvent, RestoreResult } from "../restore";
import type { RestorePreview } from "../restorePreview";
import type { RowsResult } from "../restoreRows";
import { shellQuote } from "../shellQuote";
import type { CliContext } from "./context";
import { humanBytes, humanSeconds, table } from "./format";
import type { ByteProgress } from "./progress";

/** Tells people how far a restore is. */
export function restoreReporter(context: CliContext, progress: ByteProgress): (event: RestoreEvent) => void {
  return (event) => {
    switch (event.event) {
      case "preflight":
        context.note(
          `checking ${event.recoveryPointId}: ${humanBytes(event.storedBytes)} stored, ${humanBytes(event.rawBytes)} raw`,
        );
        if (event.spaceWarning !== null) context.note(`WARNING, ${event.spaceWarning}`);
        return;
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

const MOST_NAMED = 10;

/** What is about to happen, for whom it is to be agreed to: also which rows the point does not have. */
export function replacementQuestion(
  { host, port }: Pick<PostgresSettings, "host" | "port">,
  { recoveryPointId, takenAt, excludedTables }: Pick<Manifest, "recoveryPointId" | "takenAt" | "excludedTables">,
  name: string,
  isDropped: boolean,
): string {
  const fate = isDropped ? "dropped" : "renamed";
  const what = `database "${name}" on ${host}:${port} will be ${fate}, and its place taken by ${recoveryPointId}, taken ${takenAt}`;
  if (excludedTables.length === 0) return what;
  const more = excludedTables.length - MOST_NAMED;
  const named = `${excludedTables.slice(0, MOST_NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return `${what}; these tables will be EMPTY, as the backup left out their rows: ${named}`;
}

function replacedLines({ replaced, database }: RestoreResult): string[] {
  if (replaced === null) return [];
  if (replaced.isDropped) return [`the database that was "${database}" is dropped`];
  const drop = `DROP DATABASE ${escapeIdentifier(replaced.name)}`;
  return replaced.problem === null
    ? [`the database that was "${database}" is now "${replaced.name}"; when nobody needs it: ${drop}`]
    : [`WARNING, "${replaced.name}", which was "${database}", could not be dropped: ${replaced.problem}; run ${drop}`];
}

/** A name as `pg_dump --table` takes it: the first dot parts schema and table, unless the name is quoted already. */
function tablePattern(name: string): string {
  if (name.startsWith('"')) return name;
  const dot = name.indexOf(".");
  return `${escapeIdentifier(name.slice(0, dot))}.${escapeIdentifier(name.slice(dot + 1))}`;
}

/** How tables get from the copy back to where they were lost. */
function wayBack({ database, foreignKeys, partitions }: RestoreResult, tables: readonly string[]): string[] {
  if (tables.length === 0) return [];
  // pg_dump takes a partitioned table alone: it would come back empty.
  const all = [...new Set([...tables.map(tablePattern), ...partitions])];
  const which = all.map((name) => ` --table=${shellQuote(name)}`).join("");
  const file = shellQuote(`${database}.sql`);
  return [
    "to bring dropped tables back into the live database, look at them here, then run these two:",
    `  pg_dump${which} --file=${file} ${shellQuote(`--dbname=${database}`)}`,
    `  psql --single-transaction --set=ON_ERROR_STOP=1 --file=${file} --dbname=<live-database>`,
    ...(foreignKeys.length === 0
      ? []
      : [
          "WARNING, these foreign keys are not in the copy, where the tables that they refer to are empty; then add them again:",
          ...foreignKeys.map((statement) => `  psql --command=${shellQuote(statement)} --dbname=<live-database>`),
        ]),
  ];
}

/** A finished restore, for people. @param tables names that were asked for */
export function restoreText(result: RestoreResult, tables: readonly string[] = []): string {
  const { seconds } = result;
  return [
    `restored ${result.recoveryPointId} (${result.tier}, taken ${result.takenAt}) from "${result.bucket}" (${result.region})`,
    `into database "${result.database}": ${result.tables} tables, ${humanBytes(result.rawBytes)}`,
    `in ${seconds.total.toFixed(1)} s: checks ${seconds.preflight.toFixed(1)}, restore ${seconds.restore.toFixed(1)}, statistics ${seconds.analyze.toFixed(1)}`,
    ...(result.statisticsProblem === null
      ? []
      : [`WARNING, no statistics, so queries may be slow; run ANALYZE: ${result.statisticsProblem}`]),
    ...replacedLines(result),
    ...result.leftOut.map((what) => `left out: ${what}`),
    ...result.tampering.map((sentence) => `WARNING, the oldest version was used: ${sentence}`),
    ...wayBack(result, tables),
  ].join("\n");
}

/** Rows brought into an existing database, for people. */
export function rowsText(result: RowsResult): string {
  return [
    `rows of ${result.recoveryPointId} (taken ${result.takenAt}) from "${result.bucket}" (${result.region})`,
    `are in database "${result.database}": ${result.tables.length} tables, in one transaction, in ${result.seconds.toFixed(1)} s`,
    ...result.leftOut.map((what) => `left out: ${what}`),
    ...result.tampering.map((sentence) => `WARNING, the oldest version was used: ${sentence}`),
  ].join("\n");
}

function spaceText({ neededBytes, freeBytes }: RestorePreview["space"]): string {
  const needed = `${humanBytes(neededBytes)} for tables, and their indexes`;
  return freeBytes === null
    ? `${needed}; free space unknown, since no client can ask a server for it (on RDS: metric FreeStorageSpace)`
    : `${needed}; ${humanBytes(freeBytes)} are free`;
}

/** What a restore would do, for people. */
export function previewText(preview: RestorePreview): string {
  const { pastRestore, replaces } = preview;
  const rows = [
    ["recovery point", `${preview.recoveryPointId} (${preview.tier}), taken ${preview.takenAt}`],
    ["from", `"${preview.bucket}" (${preview.region}): ${humanBytes(preview.storedBytes)} to read, all readable`],
    ["into", `"${preview.database}"${replaces ? `, which it replaces (${replaces.sessions} sessions)` : ", new"}`],
    ["server", `PostgreSQL ${preview.serverVersion}; the source was ${preview.sourceVersion}`],
    ["rows of", `${preview.tables} tables, ${humanBytes(preview.rawBytes)}`],
    ["space", spaceText(preview.space)],
    [
      "time",
      pastRestore
        ? `${humanSeconds(pastRestore.seconds)} in the drill of ${pastRestore.startedAt} (${pastRestore.recoveryPointId}, whole)`
        : "unknown: no drill of the last 100 days passed, or none may be read here",
    ],
    ...preview.leftOut.map((what) => ["left out", what]),
    ...(preview.spaceWarning === null ? [] : [["WARNING", preview.spaceWarning]]),
    ...preview.tampering.map((sentence) => ["WARNING", sentence]),
  ];
  return [table(["Check", "Result"], rows), "nothing was made; without --dry-run it starts"].join("\n");
}

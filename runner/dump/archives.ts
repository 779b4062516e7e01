import type { CatalogTable, DumpContext } from "./dumpContext";
import type { PlannedObject } from "./dumpSource";
import { startClient } from "./clientStage";
import { programObject, type Storing } from "./programStream";
import { wholeDatabase } from "./singleStream";
import { tablePatterns } from "./tablePatterns";

/** Upper estimates in bytes: an archive without rows, and what each table adds to it. */
const EMPTY_ARCHIVE_BYTES = 256 * 1024;
const DEFINITION_BYTES = 8 * 1024;

/** The single stream: everything in one archive, but the rows of excluded tables. */
export function databaseArchive(context: DumpContext, storing: Storing): PlannedObject {
  const excluded = context.tables.filter((table) => context.excludedTables.has(table.oid));
  return wholeDatabase(
    context.databaseBytes,
    storing.path,
    (next) => startPgDump(context, next, excludeRows(context, excluded)),
    storing,
  );
}

/**
 * Everything but the rows that are copied table by table, or left out, and large objects. Values of sequences, REFRESH of
 * materialized views and rows of extensions' configuration tables stay in it: pg_dump knows best how.
 */
export function schemaArchive(context: DumpContext, storing: Storing): PlannedObject {
  const { tables, excludedTables } = context;
  const ours = tables.filter((table) => table.hasOwnRows || excludedTables.has(table.oid));
  return programObject(
    {
      name: "schema.pgdump",
      role: "schema",
      format: "pg_dump-custom",
      estimatedBytes: EMPTY_ARCHIVE_BYTES + tables.length * DEFINITION_BYTES,
      start: (next) => startPgDump(context, next, ["--no-blobs", ...excludeRows(context, ours)]),
    },
    storing,
  );
}

/** Large objects with their owners, privileges and comments, and nothing else. */
export function largeObjectsArchive(context: DumpContext, storing: Storing): PlannedObject {
  return programObject(
    {
      name: "large-objects.pgdump",
      role: "largeObjects",
      format: "pg_dump-custom",
      estimatedBytes: EMPTY_ARCHIVE_BYTES + context.largeObjects.estimatedBytes,
      start: (next) => startPgDump(context, next, ["--data-only", "--blobs", "--exclude-schema=*"]),
    },
    storing,
  );
}

function startPgDump(context: DumpContext, next: Parameters<typeof startClient>[1]["next"], args: readonly string[]) {
  return startClient(context, {
    stage: "dump",
    program: context.pgDump,
    args: [
      "--format=custom",
      "--compress=0",
      `--lock-wait-timeout=${context.lockWaitMs}`,
      ...(context.snapshotId === undefined ? [] : [`--snapshot=${context.snapshotId}`]),
      ...args,
    ],
    next,
  });
}

/**
 * pg_dump reads its arguments in the encoding of its session, which is the database's own unless we say otherwise. Where names are
 * not plain ASCII and that encoding is another, it has to be UTF-8; a database without one takes the bytes as they are.
 */
function excludeRows({ encoding }: DumpContext, tables: readonly CatalogTable[]): string[] {
  const patterns = tablePatterns(tables);
  // eslint-disable-next-line no-control-regex -- ASCII is what is meant
  const isPlain = patterns.every((pattern) => /^[\x00-\x7f]*$/.test(pattern));
  const needsUtf8 = !isPlain && encoding !== "UTF8" && encoding !== "SQL_ASCII";
  return [...(needsUtf8 ? ["--encoding=UTF8"] : []), ...patterns.map((pattern) => `--exclude-table-data=${pattern}`)];
}

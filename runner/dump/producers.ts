import type { ManifestTable } from "../manifestFormat";
import { databaseArchive, largeObjectsArchive, schemaArchive } from "./archives";
import type { DumpContext } from "./dumpContext";
import { type DumpPlan, planDump } from "./dumpPlan";
import type { DumpSession, PlannedObject } from "./dumpSource";
import { globalsObject } from "./globals";
import { tablesObject } from "./tablesObject";

/** What a session fills from a plan. */
export type PostgresObjects = Pick<DumpSession, "shape" | "workers" | "objects" | "tables" | "estimatedBytes">;

/**
 * Plans a dump and makes its objects, in the order in which they are to be started.
 * @throws StageError `preflight` when a parallel dump was demanded and can't be
 */
export function postgresObjects(context: DumpContext): PostgresObjects {
  const plan = planDump(context);
  const objects = plan.shape === "single" ? singleObjects(context) : parallelObjects(context, plan);
  return {
    shape: plan.shape,
    workers: plan.workers,
    objects,
    tables: context.tables.map((table) => manifestTable(table, context, plan)),
    estimatedBytes: objects.reduce((sum, object) => sum + object.estimatedBytes, 0),
  };
}

function singleObjects(context: DumpContext): PlannedObject[] {
  const storing = storingWith(context, 0);
  return [databaseArchive(context, storing), globalsObject(context, storing)];
}

/** The schema first, since every restore begins with it; then what takes longest. */
function parallelObjects(context: DumpContext, plan: DumpPlan): PlannedObject[] {
  // The workers share the cores.
  const storing = storingWith(context, Math.max(1, Math.floor(context.cores / plan.workers)));
  const rows = plan.groups.map((parts, index) => tablesObject(context, parts, index + 1, storing));
  if (context.largeObjects.count > 0) rows.push(largeObjectsArchive(context, storing));
  rows.sort((a, b) => b.estimatedBytes - a.estimatedBytes);
  return [schemaArchive(context, storing), ...rows, globalsObject(context, storing)];
}

function storingWith({ path, options, seal }: DumpContext, threads: number) {
  return { path, compression: { level: options.compressionLevel, threads }, seal };
}

/** As the manifest has it. A table that is copied but has no frame says so by an empty list. */
function manifestTable(
  table: DumpContext["tables"][number],
  { excludedTables }: DumpContext,
  { shape }: DumpPlan,
): ManifestTable {
  const { schema, name, kind, rowEstimate, bytes, loadInto } = table;
  const isCopied = shape === "parallel" && table.hasOwnRows && !excludedTables.has(table.oid);
  if (!isCopied) return { schema, name, kind, rowEstimate, bytes };
  return { schema, name, kind, rowEstimate, bytes, data: [], ...(loadInto ? { loadInto } : {}) };
}

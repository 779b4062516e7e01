import type { Client } from "pg";
import type { Env } from "../../config";
import { disconnect, type PostgresSettings } from "../../postgres/connection";
import { readLocale } from "../../postgres/databaseLocale";
import type { Seal } from "../../stream/seal";
import type { DumpContext, DumpOptions } from "../dumpContext";
import type { DumpSession } from "../dumpSource";
import { postgresObjects } from "../producers";
import type { CatalogEntry } from "./catalog";
import { namingConflicts } from "./conflicts";
import { excludedTables } from "./exclusions";
import type { Preflight } from "./preflight";
import { tableName } from "../../tableName";
import type { FrozenDatabase } from "./snapshot";

const HEARTBEAT_MS = 60_000;
/** pg_dump and workers ask for locks that the coordinator has already: whoever makes them wait is queued behind it. */
const SECOND_LOCK_WAIT_MS = 10_000;

/** Everything that a session is made of. */
export interface SessionParts {
  /** Holds snapshot and locks, in an open transaction. */
  client: Client;
  /** Rejects when `client` is lost. */
  lost: Promise<never>;
  settings: PostgresSettings;
  env: Env;
  options: DumpOptions;
  lockWaitMs: number;
  cores: number;
  seal: Seal | undefined;
  checked: Preflight;
  frozen: FrozenDatabase;
}

/** The session of a frozen database. It ends with `close`. */
export async function dumpSession(parts: SessionParts): Promise<DumpSession> {
  const { client, lost, settings, options, checked, frozen } = parts;
  const { relations } = frozen.catalog;
  const { tables, excluded, unknown } = choose(parts);
  const locale = await readLocale(client);
  const plan = postgresObjects(contextOf(parts, tables, excluded));
  const heartbeat = setInterval(() => void client.query("SELECT 1").catch(() => undefined), HEARTBEAT_MS);
  heartbeat.unref();
  const unread = tables.filter(({ kind, oid }) => kind === "f" || excluded.has(oid)).map(tableName);
  return {
    takenAt: frozen.takenAt,
    source: {
      engine: "postgresql",
      serverVersion: checked.server.version,
      clientVersion: checked.pgDump.version,
      databaseName: settings.database,
      encoding: checked.server.encoding,
      locale,
      ...(frozen.lagSeconds === undefined ? {} : { standbyLagSeconds: Math.ceil(frozen.lagSeconds) }),
    },
    schemaFingerprint: frozen.catalog.schemaFingerprint,
    excludedTables: [...unread, ...frozen.catalog.extensionTables],
    notes: notesOf(options, frozen, unknown),
    ...plan,
    objects: plan.objects.map((object) => namingConflicts(object, client, relations)),
    lost,
    close: async () => {
      clearInterval(heartbeat);
      await disconnect(client); // the session may be gone already; its locks went with it
    },
  };
}

/** The tables, and which of them are left out. Configuration tables of extensions stay with pg_dump, which knows their conditions. */
function choose({ options, checked, frozen }: SessionParts) {
  const tables = frozen.catalog.relations.filter(({ isOfExtension }) => !isOfExtension);
  const { oids, unknown } = excludedTables(options.excludeTableData, tables);
  // Partitioned tables have no rows to leave out, and those of foreign ones are on another server. A standby has nothing of an
  // unlogged table but its definition.
  const excluded = tables.filter(
    ({ oid, kind, isUnlogged, hasOwnRows }) =>
      (kind !== "p" && kind !== "f" && oids.has(oid)) || (checked.server.isStandby && isUnlogged && hasOwnRows),
  );
  return { tables, excluded: new Set(excluded.map(({ oid }) => oid)), unknown };
}

function contextOf(parts: SessionParts, tables: readonly CatalogEntry[], excluded: ReadonlySet<number>): DumpContext {
  const { settings, env, options, checked, frozen, seal } = parts;
  return {
    settings,
    env,
    path: env.PATH ?? "",
    serverMajor: checked.server.major,
    pgDump: checked.pgDump,
    pgDumpall: checked.pgDumpall,
    psql: checked.psql,
    snapshotId: frozen.snapshotId,
    tables,
    excludedTables: excluded,
    largeObjects: frozen.catalog.largeObjects,
    databaseBytes: checked.server.databaseBytes,
    encoding: checked.server.encoding,
    cores: parts.cores,
    lockWaitMs: Math.min(parts.lockWaitMs, SECOND_LOCK_WAIT_MS),
    options,
    ...(seal === undefined ? {} : { seal }),
  };
}

function notesOf(options: DumpOptions, { noExport }: FrozenDatabase, unknown: readonly string[]): string[] {
  return [
    ...(unknown.length === 0
      ? []
      : [
          `tables to leave out that are none of the database's own: ${unknown.join(", ")}; nothing is left out for them`,
        ]),
    ...(noExport === undefined || options.shape === "single"
      ? []
      : [`dumped as a single stream, since no snapshot could be exported: ${noExport}`]),
  ];
}

import type { Client } from "pg";
import { ENV } from "./contract";
import { messageOf, StageError } from "./errors";
import type { Manifest, ManifestObject, ManifestTable } from "./manifestFormat";
import { type ArchiveRequirements, requirementsOf } from "./postgres/archiveContents";
import type { ClientProgram } from "./postgres/clientPrograms";
import { type ContentsEntry, contentsFrom, isPrivilege, isRows } from "./postgres/tableOfContents";
import { selectTables } from "./postgres/tableSelection";
import type { RestoreDependencies, RestoreRequest } from "./restore";
import { globalsCommand } from "./restoreCommands";
import { Definitions, type DefinitionsContext } from "./restoreDefinitions";
import { allRows, definitionsOf, largeObjectsOf, type RowsPart, someRows, tablesNamed } from "./restorePlan";
import {
  checkObjects,
  refuse,
  requirementProblems,
  type ServerFacts,
  serverFacts,
  serverProblems,
  stopped,
} from "./restorePreflight";

/** A restore that can begin: everything is found, read or checked that can be before the new database exists. */
export interface PreparedRestore {
  pgRestore: ClientProgram;
  /** Absent in a single stream. */
  psql: ClientProgram | undefined;
  /** The archive that defines everything. */
  definitions: ManifestObject;
  /** Where it lies, where it is read more than once; undefined: it is streamed. */
  file: string | undefined;
  /** Lists of its entries: what comes before rows that are objects of their own, and after. Undefined: all of them at once. */
  lists: { before: string | undefined; after: string | undefined };
  largeObjects: ManifestObject | undefined;
  rows: RowsPart[];
  storedBytes: number;
  rawBytes: number;
  /** How many get their rows. */
  tables: number;
  leftOut: string[];
}

/**
 * Makes every check that can be made before the new database exists; all problems with the server and the archive together.
 * @throws StageError `usage`, `preflight`, `unhealthy` or `interrupted`
 */
export async function prepareRestore(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  manifest: Manifest,
  context: DefinitionsContext & { client: Client },
): Promise<PreparedRestore> {
  const { repository, onEvent } = dependencies;
  const { client, signal } = context;
  requireRunning(signal);
  requireIdentities(dependencies, manifest);
  const named = request.tables && tablesNamed(manifest, request.tables);
  const isParallel = manifest.shape === "parallel";
  const definitions = definitionsOf(manifest);
  // What is read of a partitioned table shows only when the archive was read, but its objects are among these.
  const planned = isParallel && named === undefined ? allRows(manifest) : [];
  const largeObjects = named === undefined ? largeObjectsOf(manifest) : undefined;
  const needed = new Set([
    definitions,
    ...planned.map(({ object }) => object),
    ...(largeObjects ? [largeObjects] : []),
  ]);
  await checkObjects(repository, [...needed]);
  const minMajor = Number.parseInt(manifest.source.clientVersion, 10);
  const pgRestore = await dependencies.findProgram("pg_restore", minMajor);
  const psql = isParallel ? await dependencies.findProgram("psql", minMajor) : undefined;
  const archive = new Definitions(dependencies, pgRestore, definitions, manifest.source.encoding, context);
  if (isParallel) await archive.download();
  const server = await factsOf(client);
  const globals = manifest.objects.find(({ role }) => role === "globals");
  const needs = await archive.ask(["--create", "--schema-only", "--file=-"], requirementsOf);
  refuse([
    ...serverProblems(server, request.newDatabase, manifest.source),
    ...requirementProblems(needs, server, request, globals && globalsCommand(globals, repository)),
  ]);
  const chosen = await choose(archive, manifest, named, isParallel);
  const rows = isParallel && named !== undefined ? someRows(manifest, chosen.tables) : planned;
  await checkObjects(
    repository,
    [...new Set(rows.map(({ object }) => object))].filter((object) => !needed.has(object)),
  );
  const storedBytes =
    definitions.stored.bytes +
    (largeObjects?.stored.bytes ?? 0) +
    rows.reduce((sum, part) => sum + part.storedBytes, 0);
  const rawBytes = rawBytesOf(manifest, [definitions, largeObjects], chosen.tables);
  onEvent({ event: "preflight", recoveryPointId: manifest.recoveryPointId, storedBytes, rawBytes });
  return {
    pgRestore,
    psql,
    definitions,
    file: archive.file,
    lists: chosen.lists,
    largeObjects,
    rows,
    storedBytes,
    rawBytes,
    tables: chosen.tables.length,
    leftOut: [...chosen.leftOut, ...ofDatabase(needs)],
  };
}

/** They name the source's database, and who may connect to a copy is for its maker to say. */
function ofDatabase({ ofDatabase: kinds }: ArchiveRequirements): string[] {
  if (kinds.size === 0) return [];
  return [
    `${[...kinds].sort().join(", ")} of the database itself; pg_restore --create --schema-only --file=- prints them from its archive`,
  ];
}

function requireRunning(signal: AbortSignal): void {
  if (signal.aborted) throw stopped();
}

function requireIdentities({ identities }: RestoreDependencies, { recoveryPointId, encryption }: Manifest): void {
  if (encryption === undefined || identities !== undefined) return;
  throw new StageError(
    "restore preflight",
    "preflight",
    `${recoveryPointId} is encrypted to ${encryption.recipients.join(", ")}; give the private key of one of them with --identity-file or ${ENV.ageIdentityFile}`,
  );
}

async function factsOf(client: Client): Promise<ServerFacts> {
  try {
    return await serverFacts(client);
  } catch (error) {
    throw new StageError("restore preflight", "preflight", messageOf(error), { cause: error });
  }
}

/** Rows are counted by table; an archive's are within it. */
function rawBytesOf(
  { tables: all }: Manifest,
  archives: readonly (ManifestObject | undefined)[],
  tables: readonly ManifestTable[],
): number {
  const rows = new Set(tables.length === all.length ? all : tables);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return (
    sum(archives.map((object) => object?.raw.bytes ?? 0)) +
    sum([...rows].flatMap((table) => (table.data ?? []).map(({ rawBytes }) => rawBytes)))
  );
}

/** Which entries and tables a restore takes; lists only where pg_restore does not simply take all. */
async function choose(
  archive: Definitions,
  manifest: Manifest,
  named: ManifestTable[] | undefined,
  isParallel: boolean,
): Promise<Pick<PreparedRestore, "lists" | "leftOut"> & { tables: ManifestTable[] }> {
  const lists: PreparedRestore["lists"] = { before: undefined, after: undefined };
  if (named === undefined && !isParallel) return { tables: manifest.tables, lists, leftOut: [] };
  const entries = await archive.ask(["--list", "--verbose"], contentsFrom);
  const selection =
    named === undefined
      ? { tables: manifest.tables, entries, leftOut: [] }
      : selectTables(entries, manifest.tables, named);
  const leftOut = [...selection.leftOut, ...(named === undefined ? [] : lacks(manifest, selection.tables))];
  if (!isParallel) {
    lists.after = await archive.list("all", selection.entries);
    return { tables: selection.tables, lists, leftOut };
  }
  const preData = new Set((await archive.ask(["--list", "--section=pre-data"], contentsFrom)).map(({ id }) => id));
  // As pg_restore does: privileges come last, when nothing has to be written any more. Rows of extensions' own tables, which
  // their functions may need, come before all others.
  const isBefore = (entry: ContentsEntry) => isRows(entry) || (preData.has(entry.id) && !isPrivilege(entry));
  lists.before = await archive.list("before", selection.entries.filter(isBefore));
  lists.after = await archive.list(
    "after",
    selection.entries.filter((entry) => !isBefore(entry)),
  );
  return { tables: selection.tables, lists, leftOut };
}

/** What a restore of some tables does not bring beyond what the archive's contents tell. */
function lacks(manifest: Manifest, tables: readonly ManifestTable[]): string[] {
  const names = tables.map(({ schema, name }) => `${schema}.${name}`);
  const excluded = names.filter((name) => manifest.excludedTables.includes(name));
  return [
    ...(largeObjectsOf(manifest) === undefined ? [] : ["large objects"]),
    ...excluded.map((name) => `rows of ${name}, which were left out of the backup`),
  ];
}

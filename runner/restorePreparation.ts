import type { Client } from "pg";
import { ENV } from "./contract";
import { messageOf, StageError } from "./errors";
import type { Manifest, ManifestObject, ManifestTable } from "./manifestFormat";
import { type ArchiveRequirements, requirementsOf } from "./postgres/archiveContents";
import type { ClientProgram } from "./postgres/clientPrograms";
import { estimateSpace, type SpaceEstimate, spaceProblems, spaceWarning } from "./postgres/freeSpace";
import { type ReplaceableDatabase, replaceableDatabase } from "./postgres/replaceDatabase";
import type { MappedStatements } from "./postgres/roleMap";
import type { RestoreDependencies, RestoreRequest } from "./restore";
import { globalsCommand } from "./restoreCommands";
import { Definitions, type DefinitionsContext } from "./restoreDefinitions";
import { allRows, definitionsOf, largeObjectsOf, type RowsPart, someRows } from "./restorePlan";
import {
  checkObjects,
  refuse,
  replaceProblems,
  requirementProblems,
  type ServerFacts,
  serverFacts,
  serverProblems,
  stopped,
} from "./restorePreflight";
import { mappedNeeds, mappedRoles, mapProblems, notMapped } from "./restoreRoles";
import { type ChosenContents, chooseContents, namedTables } from "./restoreSelection";

/** A restore that can begin: everything is found, read or checked that can be before the new database exists. */
export interface PreparedRestore {
  pgRestore: ClientProgram;
  /** Absent in a single stream. */
  psql: ClientProgram | undefined;
  /** The archive that defines everything. */
  definitions: ManifestObject;
  /** Where it lies, where it is read more than once; undefined: it is streamed. */
  file: string | undefined;
  lists: ChosenContents["lists"];
  /** Owners and privileges of mapped roles, given when everything is filled; undefined: those of the archive. */
  mapped: MappedStatements | undefined;
  largeObjects: ManifestObject | undefined;
  rows: RowsPart[];
  storedBytes: number;
  rawBytes: number;
  /** How many get their rows. */
  tables: number;
  leftOut: string[];
  foreignKeys: string[];
  server: ServerFacts;
  /** The database that is to be replaced; undefined: there is none. */
  existing: ReplaceableDatabase | undefined;
  space: SpaceEstimate;
  spaceWarning: string | null;
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
  const named = namedTables(manifest, request);
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
  await checkObjects(repository, [...needed], manifest);
  const minMajor = Number.parseInt(manifest.source.clientVersion, 10);
  const pgRestore = await dependencies.findProgram("pg_restore", minMajor);
  const psql = isParallel ? await dependencies.findProgram("psql", minMajor) : undefined;
  const archive = new Definitions(dependencies, pgRestore, definitions, manifest.source.encoding, context);
  if (isParallel) await archive.download();
  const server = await factsOf(() => serverFacts(client));
  const globals = manifest.objects.find(({ role }) => role === "globals");
  const needs = await archive.ask(["--create", "--schema-only", "--file=-"], requirementsOf);
  const existing = await factsOf(() => replaceableDatabase(client, request.newDatabase));
  refuse([
    ...serverProblems(server, request, manifest.source),
    ...replaceProblems(existing, request, dependencies.settings),
    ...mapProblems(needs, request),
    ...requirementProblems(
      mappedNeeds(needs, request),
      server,
      request,
      globals && globalsCommand(globals, repository),
    ),
  ]);
  const chosen = await chooseContents(archive, manifest, named, request.schemaOnly ?? false);
  const rows = isParallel && named !== undefined ? someRows(manifest, chosen.tables) : planned;
  await checkObjects(
    repository,
    [...new Set(rows.map(({ object }) => object))].filter((object) => !needed.has(object)),
    manifest,
  );
  const storedBytes =
    definitions.stored.bytes +
    (largeObjects?.stored.bytes ?? 0) +
    rows.reduce((sum, part) => sum + part.storedBytes, 0);
  const space = await factsOf(() => estimateSpace(client, chosen.tables));
  const rawBytes = rawBytesOf(manifest, [definitions, largeObjects], chosen.tables);
  // A single stream is read whole also for some of its tables, so its bytes say nothing of them.
  refuse(spaceProblems(space, isParallel || named === undefined ? rawBytes : null));
  const warning = spaceWarning(space);
  onEvent({
    event: "preflight",
    recoveryPointId: manifest.recoveryPointId,
    storedBytes,
    rawBytes,
    spaceWarning: warning,
  });
  return {
    pgRestore,
    psql,
    definitions,
    file: archive.file,
    lists: chosen.lists,
    mapped: await mappedRoles(archive, request),
    largeObjects,
    rows,
    storedBytes,
    rawBytes,
    tables: chosen.tables.length,
    leftOut: [...chosen.leftOut, ...ofDatabase(needs), ...notMapped(manifest, request)],
    foreignKeys: chosen.foreignKeys,
    server,
    existing,
    space,
    spaceWarning: warning,
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

async function factsOf<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
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

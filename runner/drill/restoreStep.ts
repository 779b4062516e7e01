import { DRILL_DATABASE, type DrillDependencies, type DrillRequest } from "../drill";
import type { Manifest } from "../manifestFormat";
import type { ClientProgram } from "../postgres/clientPrograms";
import { restorePoint, type RestoreResult } from "../restore";
import type { ArchiveReader } from "../stream/archive";
import { openSealed } from "../stream/seal";
import { countArchivedRows, readGlobals } from "./archiveReading";
import { applyRoles, rolesIn } from "./roles";
import { type ExpectedRows, rowsOfManifest } from "./rowCounts";
import { inSession, type RunningServer } from "./server";

/** A restore of a drill, and the client that did it. */
export interface DrillRestore {
  result: RestoreResult;
  pgRestore: ClientProgram;
  /** What the drill itself did not bring, beside what the restore says. */
  leftOut: string[];
}

/** How a drill reads objects. */
export function drillReader({ repository, path, identities }: DrillDependencies, signal: AbortSignal): ArchiveReader {
  return { repository, path, exit: "restore", signal, unseal: identities && openSealed(identities, "restore") };
}

/** Makes the roles of the source on a server, then restores the point as its owners had it. */
export async function restoreOnto(
  { settings }: RunningServer,
  manifest: Manifest,
  dependencies: DrillDependencies,
  { workers, locale }: Pick<DrillRequest, "workers" | "locale">,
  signal: AbortSignal,
): Promise<DrillRestore> {
  const { repository, findProgram, identities, path, scratch, clock, random, onEvent } = dependencies;
  const globals = manifest.objects.find(({ role }) => role === "globals");
  const leftOut: string[] = [];
  // Without a key the restore says so in better words.
  if (globals !== undefined && (globals.encryption === undefined || identities !== undefined)) {
    const roles = rolesIn(await readGlobals(drillReader(dependencies, signal), globals));
    await inSession(settings, (client) => applyRoles(client, roles));
    if (roles.tablespaces.length > 0) {
      leftOut.push(`tablespaces (${roles.tablespaces.join(", ")}); everything went into the default one`);
    }
  }
  let pgRestore: ClientProgram | undefined;
  const find: DrillDependencies["findProgram"] = async (name, minMajor) => {
    const program = await findProgram(name, minMajor);
    if (name === "pg_restore") pgRestore ??= program;
    return program;
  };
  const { tier, database, recoveryPointId: id } = manifest;
  const result = await restorePoint(
    { repository, settings, findProgram: find, identities, path, scratch, clock, random, onEvent },
    {
      point: { tier, database, id },
      newDatabase: DRILL_DATABASE,
      noOwner: false,
      noAcl: false,
      // A throwaway server has no other disks.
      noTablespaces: true,
      locale,
      workers,
    },
    signal,
  );
  return { result, pgRestore: pgRestore!, leftOut };
}

/** How many rows each table must have, and who says so: a parallel point's manifest; else the archive, which is read once more. */
export async function expectedRows(
  manifest: Manifest,
  dependencies: DrillDependencies,
  pgRestore: ClientProgram,
  signal: AbortSignal,
): Promise<{ expected: ExpectedRows; from: string }> {
  if (manifest.shape === "parallel") return { expected: rowsOfManifest(manifest), from: "the manifest" };
  const archive = manifest.objects.find(({ role }) => role === "database")!;
  const expected = await countArchivedRows(drillReader(dependencies, signal), pgRestore, archive, manifest);
  return { expected, from: "the archive" };
}

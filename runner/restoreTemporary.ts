import type { Client } from "pg";
import type { Manifest } from "./manifestFormat";
import { connect, disconnect, type PostgresSettings } from "./postgres/connection";
import { rehearseReplacement } from "./postgres/replaceDatabase";
import { gatherStatistics } from "./postgres/statistics";
import { applyMapped } from "./postgres/roleMap";
import { createTemporary, dropTemporary, markDatabase } from "./postgres/temporaryDatabase";
import { readManifest } from "./recoveryPoints";
import type { RestoreDependencies, RestoreRequest } from "./restore";
import { fillDatabase } from "./restoreFill";
import { type PreparedRestore, prepareRestore } from "./restorePreparation";
import { asRestoreError } from "./restorePreflight";
import { unfinishedMarker } from "./unfinishedRestores";

/** A restore that is complete and agreed, in a database that has no name of its own yet. */
export interface TemporaryRestore {
  manifest: Manifest;
  tampering: string[];
  prepared: PreparedRestore;
  /** Name of the database. */
  temporary: string;
  statisticsProblem: string | null;
  /** When it began, was prepared, and was filled. */
  times: [Date, Date, Date];
}

/**
 * Restores into `<name>__restoring_<random>`, which is dropped on any failure.
 * @throws StageError `usage` or `preflight` before anything was made, `restore` or `interrupted` after
 */
export async function restoreTemporary(
  dependencies: RestoreDependencies,
  request: RestoreRequest,
  directory: string,
  signal: AbortSignal,
): Promise<TemporaryRestore> {
  const { repository, settings, clock, onEvent } = dependencies;
  const startedAt = clock();
  const { manifest, tampering } = await readManifest(repository, request.point);
  const { prepared, temporary, preparedAt } = await withClient(settings, async (client) => {
    const found = await prepareRestore(dependencies, request, manifest, { client, directory, signal });
    const at = clock();
    const random = dependencies.random(6);
    const made = await createTemporary(client, request.newDatabase, random, likeSource(manifest, request));
    return { prepared: found, temporary: made, preparedAt: at };
  });
  try {
    await withClient(settings, async (client) => {
      await markDatabase(client, temporary, unfinishedMarker(manifest.recoveryPointId, startedAt));
      if (request.replace !== undefined) await rehearseReplacement(client, request.newDatabase, temporary);
    });
    onEvent({ event: "started", temporaryDatabase: temporary });
    // Mapped owners and privileges come when everything is there.
    const asIs = prepared.mapped === undefined ? request : { ...request, noOwner: true, noAcl: true };
    await fillDatabase(dependencies, asIs, prepared, temporary, signal);
    if (prepared.mapped !== undefined) await applyMapped({ ...settings, database: temporary }, prepared.mapped);
    const filledAt = clock();
    onEvent({ event: "analyzing" });
    const statisticsProblem = await gatherStatistics(settings, temporary, request.workers, signal);
    return { manifest, tampering, prepared, temporary, statisticsProblem, times: [startedAt, preparedAt, filledAt] };
  } catch (error) {
    throw await dropTemporary(settings, temporary, asRestoreError(error, `database "${temporary}"`));
  }
}

function likeSource({ source }: Manifest, { locale }: RestoreRequest) {
  if (locale === undefined) return source;
  return { encoding: source.encoding, locale: { provider: "libc" as const, collate: locale, ctype: locale } };
}

/** Runs work in a session of its own. */
export async function withClient<T>(settings: PostgresSettings, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connect(settings);
  try {
    return await work(client);
  } finally {
    await disconnect(client);
  }
}

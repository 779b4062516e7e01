import { stat, statfs } from "node:fs/promises";
import type { Client } from "pg";
import type { ManifestTable } from "../manifestFormat";

/** What a restore takes on the server's disk, and what is there. */
export interface SpaceEstimate {
  /**
   * Bytes that the tables took in the source, without their indexes. The new database takes more for these, and less where the source's
   * tables were bloated.
   */
  neededBytes: number;
  /** Null where nobody but the server's own machine can say. */
  freeBytes: number | null;
}

/**
 * Looks at the disk of a server that runs on this machine; no client can ask another for its free space. That the folder is the
 * server's is known by its time of change, which the server and this machine must say alike.
 */
async function freeBytes(client: Client): Promise<number | null> {
  try {
    const { rows } = await client.query<{ folder: string; changed: number }>(
      `SELECT setting AS folder, extract(epoch FROM (pg_stat_file('.')).modification)::float8 AS changed
       FROM pg_settings WHERE name = 'data_directory'`,
    );
    const { folder, changed } = rows[0]!;
    if (Math.floor((await stat(folder)).mtimeMs / 1000) !== Math.floor(changed)) return null;
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null; // no right to ask, or another machine: unknown, and shown as that
  }
}

/** @param tables those that get their rows */
export async function estimateSpace(client: Client, tables: readonly ManifestTable[]): Promise<SpaceEstimate> {
  // A partitioned table's bytes are its partitions', and a materialized view's may be left out.
  const neededBytes = tables.filter(({ kind }) => kind === "r").reduce((sum, { bytes }) => sum + bytes, 0);
  return { neededBytes, freeBytes: await freeBytes(client) };
}

/**
 * A problem where it is known that a restore does not fit: neither what its tables took in the source, which may be bloat, nor the bytes
 * of its rows themselves, which the server may compress.
 * @param rawBytes what is loaded, uncompressed; null: unknown
 */
export function spaceProblems({ neededBytes, freeBytes: free }: SpaceEstimate, rawBytes: number | null): string[] {
  if (free === null || rawBytes === null || free >= Math.min(neededBytes, rawBytes)) return [];
  return [
    `the server's disk has ${free} bytes free, the rows themselves have ${rawBytes}, and the tables took ${neededBytes} in the source; make room, or restore into another server`,
  ];
}

/** What to look at where it may not fit, although nobody can know; null where no reason is seen. */
export function spaceWarning({ neededBytes, freeBytes: free }: SpaceEstimate): string | null {
  if (free === null || free >= neededBytes) return null;
  return `the server's disk has ${free} bytes free, the tables alone took ${neededBytes} in the source, or less without bloat; a restore that runs out of space fails and drops what it made, but others on that disk fail with it`;
}

import { stat, statfs } from "node:fs/promises";
import type { Client } from "pg";
import type { ManifestTable } from "../manifestFormat";

/** What a restore takes on the server's disk, and what is there. */
export interface SpaceEstimate {
  /** Bytes that the tables took in the source, without their indexes: the new database takes more. */
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
  const neededBytes = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  return { neededBytes, freeBytes: await freeBytes(client) };
}

/** A problem where it is known that the rows alone don't fit. */
export function spaceProblems({ neededBytes, freeBytes: free }: SpaceEstimate): string[] {
  if (free === null || free >= neededBytes) return [];
  return [
    `the server's disk has ${free} bytes free, the tables alone took ${neededBytes} in the source; make room, or restore into another server`,
  ];
}

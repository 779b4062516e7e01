/** A history of recovery points as runs and verifications leave it, without their bytes. */
import { dumpKey, manifestKey, ObjectLockMode, recoveryPointId, verificationKey } from "../../runner/contract";
import type { PutOptions } from "../../runner/repository/repository";

/** Stores one object, whatever its content. */
export type Put = (key: string, body: string, options: PutOptions) => Promise<unknown>;

export interface History {
  databases: readonly string[];
  /** Points of each. */
  points: number;
  minutesBetween: number;
  /** When the newest was taken. */
  newest: Date;
}

const DATA = "rows";

/** Names that sort as they are counted. */
export const namesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `database-${String(n).padStart(5, "0")}`);

/** Three objects for each point: data, manifest, verification. At most 32 puts at once. */
export async function store({ databases, points, minutesBetween, newest }: History, put: Put): Promise<void> {
  // To the second, as locks are kept.
  const retainUntil = new Date(Math.ceil(newest.getTime() / 1000) * 1000 + 30 * 86_400_000);
  const lock = { mode: ObjectLockMode.Governance, retainUntil };
  const plain: PutOptions = { lock, contentType: "application/octet-stream" };
  const manifest: PutOptions = {
    ...plain,
    metadata: {
      formatversion: "1",
      storedbytes: String(DATA.length),
      rawbytes: String(4 * DATA.length),
      objects: "1",
      tables: "50",
      rowestimate: "1000000",
      fingerprint: "f".repeat(64),
      excluded: "0",
      storedsha256: "0".repeat(64),
      retainuntil: encodeURIComponent(retainUntil.toISOString()),
      lockmode: lock.mode,
      toolversion: "0.0.0",
    },
  };
  const verification: PutOptions = { ...plain, metadata: { healthy: "true", decryption: "notEncrypted" } };
  const pending = new Set<Promise<unknown>>();
  const add = async (key: string, body: string, options: PutOptions) => {
    const one = put(key, body, options).finally(() => pending.delete(one));
    pending.add(one);
    if (pending.size >= 32) await Promise.race(pending);
  };
  for (let back = points - 1; back >= 0; back--) {
    const id = recoveryPointId(new Date(newest.getTime() - back * minutesBetween * 60_000), "aaaaaa");
    for (const database of databases) {
      const at = { tier: "daily", database, id };
      await add(dumpKey(at, "database.pgdump.zst"), DATA, plain);
      await add(manifestKey(at), "{}", manifest);
      await add(verificationKey(database, id, 1), "{}", verification);
    }
  }
  await Promise.all(pending);
}

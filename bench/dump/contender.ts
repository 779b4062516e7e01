import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "../shared/ground";
import { measure, type Usage } from "../shared/measure";

/** One run of a contender. */
export interface Round {
  ground: Ground;
  /** Empty, for this run alone. */
  bucket: string;
  /** Empty folder for those that need the disk. */
  work: string;
}

/** Something that is measured: a limit, one of our shapes, or a peer. */
export interface Contender {
  key: string;
  /** As the table names it. */
  label: string;
  /** What it can't beat: the key of another contender. */
  limit?: string;
  /** Rounds it takes part in at most; of what takes minutes one is enough. */
  rounds?: number;
  /** Why it is not measured. */
  missing?: string;
  /** Lines for bash. */
  script: (round: Round) => string;
  /** Besides the ground's. */
  env?: (round: Round) => Record<string, string>;
  /** Object Lock is on in our buckets. */
  hasLock?: boolean;
  /** Not counted. */
  prepare?: (round: Round) => Promise<void> | void;
  /** @throws Error when the command ended well but did not do what is measured */
  check?: (usage: Usage) => void;
  /** Nothing is stored by a limit that ends nowhere. */
  isStored: boolean;
}

export interface Result extends Usage {
  storedBytes: number;
}

/** Runs a contender once, in a bucket and a folder that are gone afterwards. */
export async function runOnce(ground: Ground, contender: Contender): Promise<Result> {
  const bucket = await ground.freshBucket(contender.hasLock);
  const work = join(ground.dir, "work");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { mode: 0o755 });
  const round = { ground, bucket, work };
  try {
    await contender.prepare?.(round);
    const usage = await measure({
      script: contender.script(round),
      env: { ...ground.env, ...contender.env?.(round), BUCKET: bucket, WORK: work },
      dir: ground.dir,
      postgresPid: ground.postgresPid,
    });
    contender.check?.(usage);
    const storedBytes = await ground.storedBytes(bucket);
    if (contender.isStored && storedBytes === 0) throw new Error("it ended well but stored nothing");
    return { ...usage, storedBytes };
  } catch (error) {
    throw new Error(`bench: ${contender.label}: ${(error as Error).message}`, { cause: error });
  } finally {
    ground.dropBucket(bucket);
    rmSync(work, { recursive: true, force: true });
  }
}

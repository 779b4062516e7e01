/** A backup to which something happens, and what is left after it. */
import type { Action, S3Call } from "../support/s3Proxy";
import { type BackupGround, contentsOf, type Ended, gate, problemOf, type Run, untilQuiet } from "./backupGround";

export interface FaultOptions {
  rule?: (call: S3Call) => Action;
  /** Happens while the first second part of any object waits in the proxy. */
  atPart2?: (run: Run) => unknown;
  meanwhile?: (run: Run) => Promise<void>;
  env?: Record<string, string>;
}

export interface FaultyBackup {
  ended: Ended;
  problem: string;
  bucket: string;
  run: Run;
}

/** Runs a backup into a new bucket and waits until nothing of it is left running. */
export async function faultyBackup(ground: BackupGround, options: FaultOptions): Promise<FaultyBackup> {
  const bucket = await ground.freshBucket();
  const part2 = gate();
  ground.proxy.rule = async (call) => {
    if (call.part === 2 && options.atPart2) await part2.pass();
    return options.rule?.(call) ?? "forward";
  };
  const run = ground.start(["backup", "--no-verify"], ground.env(bucket, options.env));
  await options.meanwhile?.(run);
  if (options.atPart2) {
    await Promise.race([part2.reached, run.ended]);
    try {
      await options.atPart2(run);
    } finally {
      part2.release();
    }
  }
  const ended = await run.ended;
  await untilQuiet(ground, run);
  return { ended, problem: problemOf(ended.stderr), bucket, run };
}

/** Expects a documented exit code, no verdict, and a bucket without any version or open upload. */
export async function expectNothingLeft(ground: BackupGround, result: FaultyBackup, code: number): Promise<void> {
  expect([result.ended.code, result.ended.stdout]).toEqual([code, ""]);
  ground.proxy.rule = () => "forward";
  expect(await contentsOf(ground.s3, result.bucket)).toEqual({ keys: [], uploads: [] });
}

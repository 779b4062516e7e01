// needs: postgres, versitygw
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { amount, report } from "../support/deepReport";
import { run as runProgram } from "../support/processes";
import { type BackupGround, MIB, problemOf, startBackupGround } from "./backupGround";
import type { Action } from "../support/s3Proxy";
import { runnerImage } from "../../bench/shared/image";

const SIZE_MIB = amount("BACKUP321_MEMORY_MIB", 100);
const NOISE_MIB = 60;
/** Node, the SDK, what the pipes hold, and the part buffers. Node alone takes 42 MiB. */
const BOUND_MIB = { single: 105, workers: 130 };
/** As the image starts the runner. */
const { env, nodeArgs } = runnerImage();
const IMAGE = { ...env, NODE_OPTIONS: nodeArgs.join(" ") };

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(NOISE_MIB);
}, 900_000);
afterAll(() => ground?.stop());

/** Peak memory of a process in KiB where the system keeps it, else what it has now. */
function memoryKiB(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return Number(runProgram("ps", "ps", ["-o", "rss=", "-p", String(pid)]));
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, "utf8"))![1]);
}

/** Runs a backup; `peakMiB` is what the runner took by its last request at most. */
async function measured(args: string[], settings: Record<string, string>) {
  const bucket = await ground.freshBucket();
  let peakKiB = 0;
  ground.proxy.rule = async ({ part }): Promise<Action> => {
    // Storage that rests for a second, while the dump could write everything: who does not wait for it collects it all.
    if (part === 1) await sleep(1000);
    peakKiB = Math.max(peakKiB, memoryKiB(run.pid));
    return "forward";
  };
  const run = ground.start(
    ["backup", ...args],
    ground.env(bucket, { BACKUP321_BUFFER_BUDGET_MIB: "256", ...IMAGE, ...settings }),
  );
  const { code, stdout, stderr } = await run.ended;
  expect([code, problemOf(stderr)]).toEqual([0, ""]);
  return { rawBytes: Number(JSON.parse(stdout).rawBytes), peakMiB: peakKiB / 1024 };
}

it(
  `needs at most ${BOUND_MIB.single} MiB for ${SIZE_MIB} MiB in one stream that do not compress`,
  async () => {
    const dump = ground.wrapper("pg_dump", `exec head -c ${SIZE_MIB * MIB} /dev/urandom`);
    const { rawBytes, peakMiB } = await measured(["--no-verify"], { PATH: dump, BACKUP321_SHAPE: "single" });
    report(
      `memory: ${SIZE_MIB} MiB in one stream with a peak of ${Math.round(peakMiB)} MiB (bound ${BOUND_MIB.single})`,
    );
    expect(rawBytes).toBeGreaterThanOrEqual(SIZE_MIB * MIB);
    expect(peakMiB).toBeGreaterThan(0);
    expect(peakMiB).toBeLessThan(BOUND_MIB.single);
  },
  60_000 + SIZE_MIB * 500,
);

it(`needs at most ${BOUND_MIB.workers} MiB for a backup by 4 workers and its verification`, async () => {
  const { rawBytes, peakMiB } = await measured([], { BACKUP321_SHAPE: "parallel", BACKUP321_WORKERS: "4" });
  report(
    `memory: 4 workers and the verification with a peak of ${Math.round(peakMiB)} MiB (bound ${BOUND_MIB.workers})`,
  );
  expect(rawBytes).toBeGreaterThan(NOISE_MIB * MIB);
  expect(peakMiB).toBeGreaterThan(0);
  expect(peakMiB).toBeLessThan(BOUND_MIB.workers);
}, 120_000);

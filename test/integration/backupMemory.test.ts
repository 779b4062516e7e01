// needs: postgres, versitygw
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { amount, report } from "../support/deepReport";
import { run as runProgram } from "../support/processes";
import { type BackupGround, contentsOf, MIB, startBackupGround } from "./backupGround";
import type { Action } from "../support/s3Proxy";

const SIZE_MIB = amount("BACKUP321_MEMORY_MIB", 100);
const BUDGET_MIB = 16;
/** Node, the SDK, and what the pipes hold. */
const BASE_MIB = 150;

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(1);
}, 900_000);
afterAll(() => ground?.stop());

/** Peak memory of a process in KiB where the system keeps it, else what it has now. */
function memoryKiB(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return Number(runProgram("ps", "ps", ["-o", "rss=", "-p", String(pid)]));
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, "utf8"))![1]);
}

it(
  `needs no more memory than its buffers and ${BASE_MIB} MiB for ${SIZE_MIB} MiB that do not compress`,
  async () => {
    const bucket = await ground.freshBucket();
    const dump = ground.wrapper("pg_dump", `exec head -c ${SIZE_MIB * MIB} /dev/urandom`);
    let peakKiB = 0;
    ground.proxy.rule = async ({ part }): Promise<Action> => {
      // Storage that rests for a second, while the dump could write everything: who does not wait for it collects it all.
      if (part === 1) await sleep(1000);
      peakKiB = Math.max(peakKiB, memoryKiB(run.pid));
      return "forward";
    };
    const settings = { PATH: dump, BACKUP321_BUFFER_BUDGET_MIB: String(BUDGET_MIB) };
    const run = ground.start(["backup"], ground.env(bucket, settings));
    const { code, stdout } = await run.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).rawBytes).toBe(SIZE_MIB * MIB);
    expect((await contentsOf(ground.s3, bucket)).keys).toHaveLength(2);
    report(
      `memory: ${SIZE_MIB} MiB stored with a peak of ${Math.round(peakKiB / 1024)} MiB (bound ${BUDGET_MIB + BASE_MIB})`,
    );
    expect(peakKiB / 1024).toBeGreaterThan(0);
    expect(peakKiB / 1024).toBeLessThan(BUDGET_MIB + BASE_MIB);
  },
  60_000 + SIZE_MIB * 500,
);

// needs: postgres, versitygw
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { amount, report } from "../support/deepReport";
import { type BackupGround, contentsOf, type Ended, type Run, startBackupGround, untilQuiet } from "./backupGround";

const RUNS = amount("BACKUP321_CHAOS_RUNS", 20);
const SEED = amount("BACKUP321_CHAOS_SEED", randomInt(1, 2 ** 31));

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(30);
}, 900_000);
afterAll(() => ground?.stop());

/** mulberry32: numbers from 0 to below 1 that follow from the seed alone. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What strikes, and what it may leave besides nothing or a whole recovery point. */
interface Blow {
  name: string;
  strike: (run: Run) => unknown;
  /** Without a right to list, nobody can clean up after a lost connection or a killed runner: lifecycle does. */
  mayLeaveDebris: boolean;
  /** The last request to storage that it waits for: children end before the runner does. */
  lastCall: number;
}

const BLOWS: Blow[] = [
  ...(["pg_dump", "zstd"] as const).flatMap((program) =>
    (["SIGKILL", "SIGTERM"] as const).map((signal) => ({
      name: `${program} ${signal}`,
      strike: (run: Run) => run.kill(signal, program),
      mayLeaveDebris: false,
      lastCall: 3,
    })),
  ),
  { name: "runner SIGTERM", strike: (run) => run.kill("SIGTERM"), mayLeaveDebris: false, lastCall: 6 },
  { name: "runner SIGKILL", strike: (run) => run.kill("SIGKILL"), mayLeaveDebris: true, lastCall: 6 },
  { name: "connections cut", strike: () => ground.proxy.cut(), mayLeaveDebris: true, lastCall: 6 },
  {
    name: "network gone",
    strike: () => {
      ground.proxy.rule = () => "drop";
      ground.proxy.cut();
    },
    mayLeaveDebris: true,
    lastCall: 6,
  },
];

/** Runs one backup and strikes it `afterMs` after its `call`-th request to storage (0: after its start). */
async function struckRun(bucket: string, blow: Blow, call: number, afterMs: number): Promise<Ended> {
  let strike: Promise<unknown> | undefined;
  let calls = 0;
  ground.proxy.rule = () => {
    calls += 1;
    if (calls === call) strike = sleep(afterMs).then(() => blow.strike(run));
    return "forward";
  };
  const run = ground.start(["backup"], ground.env(bucket));
  if (call === 0) strike = sleep(afterMs).then(() => blow.strike(run));
  const ended = await run.ended;
  await strike;
  ground.proxy.rule = () => "forward";
  await untilQuiet(ground, run);
  return ended;
}

/** What is wrong with the state after a run; empty when it may be so. */
async function violations(bucket: string, blow: Blow, ended: Ended): Promise<string[]> {
  const { keys, uploads } = await contentsOf(ground.s3, bucket);
  const count = (prefix: string) => keys.filter((key) => key.startsWith(prefix)).length;
  const [data, manifests] = [count("dumps/"), count("manifests/")];
  const problems: string[] = [];
  if (manifests > 1) problems.push(`${manifests} manifests`);
  if (ended.code === 0 && manifests !== 1) problems.push("exit code 0 without a manifest");
  const mayBeCommitted = [0, 7, "SIGKILL"].includes(ended.code);
  if (manifests === 1 && !mayBeCommitted) problems.push(`a manifest, but exit code ${ended.code}`);
  if (ended.code === 1) problems.push("an unexpected error");
  if (data !== manifests && !blow.mayLeaveDebris) problems.push(`${data} data objects and ${manifests} manifests`);
  if (uploads.length > 0 && !blow.mayLeaveDebris) problems.push(`open uploads: ${uploads.join(", ")}`);
  if (manifests === 1) {
    const where = ["--database", "orders", "--bucket", bucket, "--region", ground.storage.region];
    const verified = await ground.start(["verify", ...where], ground.env(bucket)).ended;
    if (verified.code !== 0) problems.push(`verify exits with ${verified.code}: ${verified.stderr}`);
  }
  return problems.map((problem) => `${problem}\n${ended.stderr}`);
}

it(
  `leaves one whole recovery point or none, whatever strikes it when (${RUNS} runs)`,
  async () => {
    report(`chaos: seed ${SEED}, ${RUNS} runs (repeat with BACKUP321_CHAOS_SEED=${SEED})`);
    const random = randomFrom(SEED);
    const failures: string[] = [];
    const tally = new Map<string, number>();
    for (let i = 0; i < RUNS; i += 1) {
      // Every blow has its turn; only its moment is random.
      const blow = BLOWS[i % BLOWS.length]!;
      const call = Math.floor(random() * (blow.lastCall + 1));
      const afterMs = Math.floor(random() * (call === 0 ? 900 : 40));
      const bucket = await ground.freshBucket();
      const ended = await struckRun(bucket, blow, call, afterMs);
      const moment = `run ${i + 1}: ${blow.name} ${afterMs} ms after call ${call}, exit ${ended.code}`;
      failures.push(...(await violations(bucket, blow, ended)).map((problem) => `${moment}: ${problem}`));
      const outcome = `${blow.name} → ${ended.code}`;
      tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    }
    report(`chaos: ${[...tally].map(([outcome, times]) => `${outcome} (${times})`).join(", ")}`);
    expect(failures).toEqual([]);
  },
  60_000 + RUNS * 20_000,
);

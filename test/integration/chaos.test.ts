// needs: postgres, versitygw
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { amount, report } from "../support/deepReport";
import { withClient } from "../support/postgres";
import {
  type BackupGround,
  contentsOf,
  type Ended,
  type Run,
  seedNoise,
  startBackupGround,
  untilQuiet,
} from "./backupGround";
import { BEFORE_IT_LISTENED, type Blow, BLOWS } from "./chaosBlows";

const RUNS = amount("BACKUP321_CHAOS_RUNS", 20);
const SEED = amount("BACKUP321_CHAOS_SEED", randomInt(1, 2 ** 31));
const SHAPES = ["single", "parallel"] as const;
/** Requests to storage of a run that succeeds, about. */
const CALLS = { single: 9, parallel: 18 };
const TABLES = ["noise", "noise_b", "noise_c"];

interface Round {
  shape: (typeof SHAPES)[number];
  blow: Blow;
}

let ground: BackupGround;
let original: string;
beforeAll(async () => {
  ground = await startBackupGround(7);
  await seedNoise(ground.source, 6, "noise_b");
  await seedNoise(ground.source, 1, "noise_c");
  original = await contentOf("shop");
}, 900_000);
afterAll(() => ground?.stop());

/** What the tables of a database hold, as one text. */
async function contentOf(database: string): Promise<string> {
  const sums = TABLES.map((table) => `(SELECT md5(string_agg(id || md5(bytes), ',' ORDER BY id)) FROM ${table})`);
  return withClient({ ...ground.source.settings, database }, async (client) => {
    const { rows } = await client.query<{ sums: string }>(`SELECT concat_ws(' ', ${sums.join(", ")}) AS sums`);
    return rows[0]!.sums;
  });
}

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

/** Every blow against both shapes, in an order of the seed's: each has its turn before one has a second. */
function rounds(random: () => number): Round[] {
  const all = SHAPES.flatMap((shape) =>
    BLOWS.filter((blow) => blow.shape === undefined || blow.shape === shape).map((blow) => ({ shape, blow })),
  );
  return all
    .map((round) => ({ round, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ round }) => round);
}

function envOf(bucket: string, shape: Round["shape"]): Record<string, string> {
  return ground.env(bucket, { BACKUP321_SHAPE: shape, BACKUP321_BUFFER_BUDGET_MIB: "32", BACKUP321_WORKERS: "2" });
}

/** When a blow falls: `afterMs` after the `call`-th request to storage (0: after the start), or after a child is first seen. */
interface Moment {
  call: number;
  afterMs: number;
}

/** Resolves when the run has a child of this program; false when it ends before that. */
async function untilSeen(run: Run, program: string): Promise<boolean> {
  let isOver = false;
  void run.ended.then(() => (isOver = true));
  while (!isOver) {
    if (run.has(program)) return true;
    await sleep(10);
  }
  return false;
}

/** Runs one backup and strikes it at a moment. */
async function struckRun(bucket: string, { shape, blow }: Round, { call, afterMs }: Moment): Promise<Ended> {
  let strike: Promise<unknown> | undefined;
  const strikeLater = () => (strike = sleep(afterMs).then(() => blow.strike(run, ground)));
  let calls = 0;
  ground.proxy.rule = () => {
    calls += 1;
    if (calls === call && blow.once === undefined) void strikeLater();
    return "forward";
  };
  const run = ground.start(["backup", "--no-verify"], envOf(bucket, shape));
  if (blow.once !== undefined) {
    if (await untilSeen(run, blow.once)) void strikeLater();
  } else if (call === 0) void strikeLater();
  const ended = await run.ended;
  await strike;
  ground.proxy.rule = () => "forward";
  await untilQuiet(ground, run);
  return ended;
}

/** Verifies a point and restores it, and says what is wrong with it. */
async function pointProblems(bucket: string, shape: Round["shape"]): Promise<string[]> {
  const where = ["--database", "orders", "--bucket", bucket, "--region", ground.storage.region];
  const env = envOf(bucket, shape);
  const verified = await ground.start(["verify", ...where], env).ended;
  if (verified.code !== 0) return [`verify exits with ${verified.code}: ${verified.stderr}${verified.stdout}`];
  const restored = await ground.start(["restore", "copy", ...where], env).ended;
  if (restored.code !== 0) return [`restore exits with ${restored.code}: ${restored.stderr}`];
  const content = await contentOf("copy");
  await withClient(ground.source.settings, (client) => client.query("DROP DATABASE copy"));
  return content === original ? [] : ["what was restored is not what was there"];
}

/** What is wrong with the state after a run; empty when it may be so. */
async function violations(bucket: string, { shape, blow }: Round, ended: Ended): Promise<string[]> {
  const { keys, uploads } = await contentsOf(ground.s3, bucket);
  const count = (prefix: string) => keys.filter((key) => key.startsWith(prefix)).length;
  const [data, manifests] = [count("dumps/"), count("manifests/")];
  const problems: string[] = [];
  if (manifests > 1) problems.push(`${manifests} manifests`);
  if (![0, ...blow.codes].includes(ended.code)) problems.push("an exit code that this must not lead to");
  if (ended.code === BEFORE_IT_LISTENED && ended.stderr.includes('"event"'))
    problems.push("killed by the signal after it had begun");
  if (ended.code === 0 && manifests !== 1) problems.push("exit code 0 without a manifest");
  const mayBeCommitted = [0, 7, "SIGKILL"].includes(ended.code);
  if (manifests === 1 && !mayBeCommitted) problems.push(`a manifest, but exit code ${ended.code}`);
  const isSaid = ended.stderr.includes("left without a manifest") || ended.code === 7;
  const mayLeave = blow.mayLeaveDebris || isSaid;
  if (data > 0 && manifests === 0 && !mayLeave) problems.push(`${data} data objects without a manifest`);
  if (uploads.length > 0 && !blow.mayLeaveDebris) problems.push(`open uploads: ${uploads.join(", ")}`);
  if (manifests === 1) problems.push(...(await pointProblems(bucket, shape)));
  return problems.map((problem) => `${problem}\n${ended.stderr}`);
}

it(
  `leaves one whole recovery point or none, whatever strikes it when (${RUNS} runs)`,
  async () => {
    report(`chaos: seed ${SEED}, ${RUNS} runs (repeat with BACKUP321_CHAOS_SEED=${SEED})`);
    const random = randomFrom(SEED);
    const failures: string[] = [];
    const tally = new Map<string, number>();
    let turns: Round[] = [];
    for (let i = 0; i < RUNS; i += 1) {
      if (turns.length === 0) turns = rounds(random);
      const round = turns.pop()!;
      const { once } = round.blow;
      const call = Math.floor(random() * (CALLS[round.shape] + 1));
      const afterMs = Math.floor(random() * (once !== undefined ? 80 : call === 0 ? 900 : 40));
      const bucket = await ground.freshBucket();
      const ended = await struckRun(bucket, round, { call, afterMs });
      const name = `${round.shape}, ${round.blow.name}`;
      const moment = `run ${i + 1}: ${name} ${afterMs} ms after ${once ?? `call ${call}`}, exit ${ended.code}`;
      failures.push(...(await violations(bucket, round, ended)).map((problem) => `${moment}: ${problem}`));
      const outcome = `${name} → ${ended.code}`;
      tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    }
    report(`chaos: ${[...tally].map(([outcome, times]) => `${outcome} (${times})`).join(", ")}`);
    expect(failures).toEqual([]);
  },
  60_000 + RUNS * 20_000,
);

/**
 * `npm run bench:memory`: peak memory of the runner's own process by the size of what it dumps, in both shapes. Prints tables; with
 * `--write` they go to docs/performance.md.
 *
 * BACKUP321_BENCH_MEMORY_MB (100,1000): plain dumps in MB, growing; 10000 takes 2 GB of disk for the database and as much for the
 * storage. BACKUP321_BENCH_ROUNDS (3); sizes above 5 GB run once.
 */
import { spawn } from "node:child_process";
import { ENV } from "../../runner/contract";
import { type ImageSettings, runnerImage } from "../shared/image";
import { amount, CLI, type Ground, NODE, requireDisk, startGround } from "../shared/ground";
import { machineNote } from "../shared/machine";
import { markdownTable, number, type Target, targetsTable } from "../shared/markdown";
import { publish } from "../shared/page";
import { memoryOf } from "../shared/processes";
import { median } from "../shared/statistics";
import { growBits, seedBits } from "./data";

const SIZES_MB = (process.env.BACKUP321_BENCH_MEMORY_MB ?? "100,1000").split(",").map(Number);
const ROUNDS = amount("BACKUP321_BENCH_ROUNDS", 3);
/** The rows that are repeated make 24. */
const LEAST_MB = 50;
const ONCE_ABOVE_MB = 5_000;
/** The peak only grows, so what is missed is what is added in the last moment. */
const SAMPLE_MS = 10;
/** Of the plain dump: an eighth is the database, an eighth what is stored, and the log of both. */
const DISK_FRACTION = 0.5;

interface Shape {
  name: string;
  /** Target; undefined: shown for comparison. */
  mostMb?: number;
  settings: Record<string, string>;
  start: ImageSettings;
}

const SINGLE = { [ENV.shape]: "single" };
const PARALLEL = { [ENV.shape]: "parallel", [ENV.workers]: "4" };
const SHELL: ImageSettings = { nodeArgs: [], env: {} };
const SHAPES: Shape[] = [
  { name: "single stream", mostMb: 110, settings: SINGLE, start: runnerImage() },
  { name: "parallel, 4 workers", mostMb: 140, settings: PARALLEL, start: runnerImage() },
  { name: "single stream, from a shell", settings: SINGLE, start: SHELL },
  { name: "parallel, 4 workers, from a shell", settings: PARALLEL, start: SHELL },
];

interface Measured {
  shape: string;
  sizeMb: number;
  peakMb: number[];
  seconds: number;
  storedBytes: number;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** One backup; peak memory of the process in MB of 10^6 bytes, as the targets are written. */
async function backup(ground: Ground, bucket: string, { settings, start }: Shape): Promise<number> {
  const child = spawn(NODE, [...start.nodeArgs, CLI, "backup", "--no-verify"], {
    env: { ...ground.runnerEnv(bucket, settings), ...start.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  let peakKiB = 0;
  const timer = setInterval(() => {
    peakKiB = Math.max(peakKiB, memoryOf(child.pid!)?.peakKiB ?? 0);
  }, SAMPLE_MS);
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr = (stderr + String(chunk)).slice(-2000)));
  const code = await new Promise((resolve) => child.once("close", (status, signal) => resolve(status ?? signal)));
  clearInterval(timer);
  process.removeListener("exit", kill);
  if (code !== 0) throw new Error(`bench: backup ended with ${String(code)}: ${stderr.trim()}`);
  return (peakKiB * 1024) / 1e6;
}

async function measureShape(ground: Ground, sizeMb: number, shape: Shape): Promise<Measured> {
  const one: Measured = { shape: shape.name, sizeMb, peakMb: [], seconds: 0, storedBytes: 0 };
  for (let round = 0; round < (sizeMb > ONCE_ABOVE_MB ? 1 : ROUNDS); round++) {
    const bucket = await ground.freshBucket(true);
    const start = process.hrtime.bigint();
    try {
      one.peakMb.push(await backup(ground, bucket, shape));
      one.seconds = Number(process.hrtime.bigint() - start) / 1e9;
      one.storedBytes = await ground.storedBytes(bucket);
    } finally {
      ground.dropBucket(bucket);
    }
    say(`${shape.name}, ${sizeMb} MB: ${one.peakMb.at(-1)!.toFixed(0)} MB, ${one.seconds.toFixed(1)} s`);
  }
  return one;
}

function targetsOf(rows: readonly Measured[]): Target[] {
  return SHAPES.flatMap(({ name, mostMb }) => {
    if (mostMb === undefined) return [];
    const mine = rows.filter((row) => row.shape === name);
    const peaks = mine.map((row) => median(row.peakMb));
    const most = Math.max(...mine.flatMap((row) => row.peakMb));
    const growth = Math.max(...peaks) / Math.min(...peaks) - 1;
    const sizes = mine.map((row) => row.sizeMb / 1000).join(", ");
    return [
      {
        what: `${name}: peak`,
        target: `≤ ${mostMb} MB`,
        measured: `${most.toFixed(0)} MB at most`,
        isMet: most <= mostMb,
      },
      {
        what: `${name}: the same at ${sizes} GB`,
        target: "within 10 %",
        measured: `${(growth * 100).toFixed(0)} % between the least and the most`,
        isMet: mine.length < 2 ? undefined : growth <= 0.1,
      },
    ];
  });
}

function table(rows: readonly Measured[]): string {
  return markdownTable(
    ["shape", "plain dump, MB", "stored, MB", "peak RSS of the runner, MB (least to most)", "seconds"],
    rows.map((row) => [
      row.shape,
      String(row.sizeMb),
      number(row.storedBytes / 1e6, 0),
      `${number(median(row.peakMb), 0)} (${number(Math.min(...row.peakMb), 0)} to ${number(Math.max(...row.peakMb), 0)})`,
      number(row.seconds, 1),
    ]),
  );
}

async function main(): Promise<void> {
  const bad = SIZES_MB.filter((size, i) => !(size >= LEAST_MB) || size <= (SIZES_MB[i - 1] ?? 0));
  if (bad.length > 0)
    throw new Error(
      `bench: BACKUP321_BENCH_MEMORY_MB must be growing numbers from ${LEAST_MB}, got ${SIZES_MB.join(",")}`,
    );
  requireDisk(Math.max(...SIZES_MB) * DISK_FRACTION + 1000);
  const ground = await startGround();
  const rows: Measured[] = [];
  try {
    await seedBits(ground.source.settings);
    for (const sizeMb of SIZES_MB) {
      say(`growing the database to ${sizeMb} MB of plain dump`);
      await growBits(ground.source.settings, sizeMb);
      for (const shape of SHAPES) rows.push(await measureShape(ground, sizeMb, shape));
    }
    const section = `${machineNote(ground, [], new Date())}

The runner's own process alone, without its children, started as the image starts it (\`runner/Dockerfile\`), and from a shell with nothing
set; its highest resident memory (\`VmHWM\`), looked at every ${SAMPLE_MS} ms. Buffers at their default. Eight tables of random bits, which
take an eighth of their dump when stored; ${ROUNDS} runs each, one above ${ONCE_ABOVE_MB / 1000} GB.

${table(SHAPES.flatMap(({ name }) => rows.filter(({ shape }) => shape === name)))}

### Targets of memory

${targetsTable(targetsOf(rows))}
`;
    await publish("memory", section);
  } finally {
    await ground.stop();
  }
}

void main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

/**
 * `npm run bench:freshness`: calls, time and memory of a freshness check by databases and history, in memory and on a local S3 server;
 * size and import time of its bundle. Prints tables; with `--write` they go to docs/performance.md. Fails when a check takes more calls
 * for a longer history.
 *
 * BACKUP321_BENCH_DATABASES (10000): the most databases in memory; 10000 take 4 GB.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { buildSync } from "esbuild";
import { S3Repository } from "../../runner/repository/s3Repository";
import bundleOptions from "../../scripts/bundleOptions";
import { startVersitygw, VERSITYGW_VERSION, type Versitygw } from "../../test/support/versitygw";
import { amount } from "../shared/ground";
import { markdownTable, type Target, targetsTable } from "../shared/markdown";
import { publish } from "../shared/page";
import { type Bundle, measureBundles } from "./bundle";
import type { CheckCost, CheckOrder } from "./check";
import { namesOf, store } from "./history";

const MOST = amount("BACKUP321_BENCH_DATABASES", 10_000);
const DAILY_MINUTES = 1440;
const HOURLY_MINUTES = 60;
const BUNDLE_LIMIT_KB = 300;

interface Case {
  label: string;
  databases: number;
  points: number;
  minutesBetween: number;
}
const inMemory: Case[] = [
  ...[9, 90].map((points) => ({ label: `100 databases, ${points} days`, databases: 100, points })),
  { label: `${MOST / 10} databases, 90 days`, databases: MOST / 10, points: 90 },
  { label: `${MOST} databases, 90 days`, databases: MOST, points: 90 },
].map((one) => ({ ...one, minutesBetween: DAILY_MINUTES }));
const inBuckets: Case[] = [
  { label: "100 databases, 9 days", databases: 100, points: 9, minutesBetween: DAILY_MINUTES },
  { label: "100 databases, 90 days", databases: 100, points: 90, minutesBetween: DAILY_MINUTES },
  { label: "1 database, 100 points, one an hour", databases: 1, points: 100, minutesBetween: HOURLY_MINUTES },
  { label: "1 database, 10000 points, one an hour", databases: 1, points: 10_000, minutesBetween: HOURLY_MINUTES },
];

interface Measured extends Case, CheckCost {}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const run = promisify(execFile);

async function check(program: string, order: CheckOrder, env: Record<string, string>): Promise<CheckCost> {
  const { stdout } = await run(
    process.execPath,
    ["--expose-gc", "--max-old-space-size=8192", program, JSON.stringify(order)],
    { env: { PATH: process.env.PATH!, NODE_NO_WARNINGS: "1", ...env } },
  );
  return JSON.parse(stdout) as CheckCost;
}

async function measureAll(
  program: string,
  cases: readonly Case[],
  place: (one: Case, newest: Date) => Promise<{ bucket?: string; env: Record<string, string> }>,
): Promise<Measured[]> {
  const rows: Measured[] = [];
  for (const one of cases) {
    const newest = new Date(Math.floor(Date.now() / 1000) * 1000);
    const { bucket, env } = await place(one, newest);
    const order = { ...one, newest: newest.toISOString(), ...(bucket !== undefined && { bucket }) };
    rows.push({ ...one, ...(await check(program, order, env)) });
    say(`${one.label}: ${rows.at(-1)!.seconds.toFixed(2)} s, ${JSON.stringify(rows.at(-1)!.calls)}`);
  }
  return rows;
}

async function onServer(program: string, storage: Versitygw): Promise<Measured[]> {
  const { endpoint, region, credentials } = storage;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  try {
    return await measureAll(program, inBuckets, async (one, newest) => {
      const bucket = `history-${inBuckets.indexOf(one)}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
      const repository = new S3Repository({ bucket, region, client });
      await store({ ...one, databases: namesOf(one.databases), newest }, (key, body, options) =>
        repository.putOnce(key, body, options),
      );
      return { bucket, env: { ...storage.env(), BACKUP321_S3_PATH_STYLE: "true" } };
    });
  } finally {
    client.destroy();
  }
}

const callsOf = ({ calls }: CheckCost): number => Object.values(calls).reduce((sum, count) => sum + count, 0);

function table(rows: readonly Measured[]): string {
  const head = [
    "history",
    "calls per database",
    "of them listings",
    "check, s",
    "ms per database",
    "result, MiB",
    "peak RSS, MiB",
  ];
  return markdownTable(
    head,
    rows.map((row) => {
      const listings = Object.entries(row.calls).filter(([verb]) => /^(list|ListObj|versions)/i.test(verb));
      return [
        row.label,
        (callsOf(row) / row.databases).toFixed(1),
        (listings.reduce((sum, [, count]) => sum + count, 0) / row.databases).toFixed(1),
        row.seconds.toFixed(2),
        ((1000 * row.seconds) / row.databases).toFixed(1),
        row.keptMiB.toFixed(1),
        row.peakMiB.toFixed(0),
      ];
    }),
  );
}

function targetsOf(memory: readonly Measured[], server: readonly Measured[], shipped: Bundle): Target[] {
  const perDatabase = (rows: readonly Measured[]) => rows.map((row) => callsOf(row) / row.databases);
  const isFlat = (values: readonly number[]) => Math.max(...values) === Math.min(...values);
  // By history alone: pairs of as many databases, the short history first.
  const growths = server.flatMap((row, at) => (at % 2 === 1 ? [row.peakMiB / server[at - 1]!.peakMiB - 1] : []));
  return [
    ...[
      { what: "calls per database, in memory", values: perDatabase(memory) },
      { what: "calls per database, S3 server", values: perDatabase(server) },
    ].map(({ what, values }) => ({
      what,
      target: "the same for every history",
      measured: `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)}`,
      isMet: isFlat(values),
    })),
    {
      what: "peak memory of the process, S3 server",
      target: "at most 15 % more for a history ten or a hundred times as long",
      measured: growths.map((growth) => `${(100 * growth).toFixed(0)} %`).join(", "),
      isMet: growths.every((growth) => growth <= 0.15),
    },
    {
      what: "bundle",
      target: `< ${BUNDLE_LIMIT_KB} kB, or a reason`,
      measured: `${shipped.kB.toFixed(0)} kB`,
      isMet: shipped.kB < BUNDLE_LIMIT_KB,
    },
  ];
}

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "backup321-bench-"));
  const program = join(dir, "check.js");
  try {
    buildSync({ entryPoints: [join(__dirname, "check.ts")], outfile: program, logLevel: "error", ...bundleOptions });
    const memory = await measureAll(program, inMemory, () => Promise.resolve({ env: {} }));
    const storage = await startVersitygw({ dir: join(dir, "storage") });
    let server: Measured[];
    try {
      server = await onServer(program, storage);
    } finally {
      await storage.stop();
    }
    const bundles = measureBundles(dir);
    const heaviest = bundles[0]!.packages.slice(0, 8).map(([name, kB]) => [name, kB.toFixed(0)]);
    const targets = targetsOf(memory, server, bundles[0]!);
    await publish(
      "freshness",
      `
Measured ${new Date().toISOString().slice(0, 10)} on ${cpus().length} CPUs (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}. One tier, a verification for each point, no drills
(they add a listing and a HEAD). Pages of listings and retries are counted as calls on the server. The process is one of its own;
"result" is what a check leaves on the heap, and in memory the peak is mostly the repository's own. Check and S3
server share the CPUs, so that the time there is of both.

### Repository in memory

${table(memory)}

### S3 server (versitygw ${VERSITYGW_VERSION})

${table(server)}

### Bundle of the function

${markdownTable(
  ["how", "kB", "gzipped, kB", "import, ms", "CPU of that, ms"],
  bundles.map((one) => [
    one.label,
    one.kB.toFixed(0),
    one.gzipkB.toFixed(0),
    one.importMs.toFixed(0),
    one.importCpuMs.toFixed(0),
  ]),
)}

What weighs in it as it is shipped:

${markdownTable(["package", "kB"], heaviest)}

### Targets of freshness

${targetsTable(targets)}
`,
    );
    const broken = targets.filter(({ what, isMet }) => what.startsWith("calls") && !isMet);
    for (const { what, measured } of broken)
      say(`bench: ${what}: ${measured}; a check must not cost more the longer backups run`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

void main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

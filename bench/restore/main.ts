/**
 * `npm run bench:restore`: a whole database by ours and by stock tools, in paired rounds on one server, and what the restore of one
 * table reads. Prints tables; with `--write` they go to docs/performance.md.
 *
 * BACKUP321_BENCH_MIB (1024): size of the plain dump. BACKUP321_BENCH_ROUNDS (3).
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { withClient } from "../../test/support/postgres";
import { amount, type Ground, requireDisk, startGround } from "../shared/ground";
import { machineNote } from "../shared/machine";
import { measure, type Usage } from "../shared/measure";
import { seedMixedData } from "../shared/mixedData";
import { markdownTable, number, type Target, targetsTable } from "../shared/markdown";
import { publish } from "../shared/page";
import { findPeers } from "../shared/peers";
import { allRounds } from "../shared/rounds";
import { median, pairedRatio } from "../shared/statistics";
import { type Contender, LIMIT, restoreContenders, storeAll } from "./contenders";
import { startCountingProxy } from "./countingProxy";
import { measureTables, oneTableReport, oneTableTargets } from "./oneTable";

const DUMP_MIB = amount("BACKUP321_BENCH_MIB", 1024);
const ROUNDS = amount("BACKUP321_BENCH_ROUNDS", 3);
/** Two databases with their log, the plain dump, and what is stored four times. */
const DISK_FACTOR = 11;

interface Result extends Usage {
  /** Statistics, which only ours gathers: without them the first queries are slow. */
  analyzeSeconds: number;
}
type Results = Map<string, (Result | undefined)[]>;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function runOnce(ground: Ground, contender: Contender): Promise<Result> {
  const [target, work] = ["restored", join(ground.dir, "work")];
  const { settings } = ground.source;
  mkdirSync(work);
  try {
    const usage = await measure({
      script: contender.script,
      env: { ...ground.env, ...contender.env, TARGET: target, WORK: work },
      dir: ground.dir,
      postgresPid: ground.postgresPid,
    });
    if (!contender.isOurs) return { ...usage, analyzeSeconds: 0 };
    const { seconds } = JSON.parse(usage.stdout) as { seconds: { analyze: number } };
    return { ...usage, analyzeSeconds: seconds.analyze };
  } catch (error) {
    throw new Error(`bench: ${contender.label}: ${(error as Error).message}`, { cause: error });
  } finally {
    rmSync(work, { recursive: true });
    await withClient(settings, async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${target}`);
      await client.query("CHECKPOINT");
    });
  }
}

const restoring = (result: Result | undefined) => result && result.wallSeconds - result.analyzeSeconds;
const ratio = (
  results: Results,
  mine: string,
  other: string,
  of: (r: Result | undefined) => number | undefined = restoring,
) => pairedRatio((results.get(mine) ?? []).map(of), (results.get(other) ?? []).map(of));

function table(contenders: readonly Contender[], results: Results): string {
  const head = [
    "what",
    "wall, s (least to most)",
    "of it statistics, s",
    "× limit, without statistics",
    "client CPU, s",
    "PostgreSQL CPU, s",
    "RSS of the largest process / of all, MiB",
  ];
  const rows = contenders.map(({ key, label, missing }) => {
    const ran = (results.get(key) ?? []).filter((one) => one !== undefined);
    if (ran.length === 0) return [label, `not measured: ${missing ?? "unknown"}`, ...Array<string>(5).fill("-")];
    const of = (value: (result: Result) => number) => median(ran.map(value));
    const walls = ran.map((one) => one.wallSeconds);
    return [
      label,
      `${number(median(walls), 1)} (${number(Math.min(...walls), 1)} to ${number(Math.max(...walls), 1)})`,
      number(
        of((one) => one.analyzeSeconds),
        1,
      ),
      number(ratio(results, key, LIMIT), 2),
      number(
        of((one) => one.clientCpuSeconds),
        1,
      ),
      number(
        of((one) => one.postgresCpuSeconds),
        1,
      ),
      `${number(
        of((one) => Math.max(0, ...one.largestMiB.values())),
        0,
      )} / ${number(
        of((one) => one.allMiB),
        0,
      )}`,
    ];
  });
  return markdownTable(head, rows);
}

function targetsOf(results: Results): Target[] {
  const limit = ratio(results, "parallel", LIMIT);
  const all = ratio(results, "parallel", LIMIT, (one) => one?.wallSeconds);
  const faster = ratio(results, "aws-zstd", "parallel");
  return [
    {
      what: "whole database, parallel, without the disk",
      target: "≤ 1.2 × `pg_restore -j2` from a local file",
      measured: `${number(limit, 2)} × (${number(all, 2)} × with statistics)`,
      isMet: limit === undefined ? undefined : limit <= 1.2,
    },
    {
      what: "the same against `aws s3 cp - | zstd -d | pg_restore`",
      target: "≥ 1.5 × faster",
      measured: `${number(faster, 2)} ×`,
      isMet: faster === undefined ? undefined : faster >= 1.5,
    },
  ];
}

async function main(): Promise<void> {
  requireDisk(DUMP_MIB * DISK_FACTOR);
  const { aws } = await findPeers(say);
  const ground = await startGround();
  const proxy = await startCountingProxy(ground.storage.endpoint);
  try {
    say(`filling the database: ${DUMP_MIB} MiB of plain dump`);
    await seedMixedData(ground.source.settings, DUMP_MIB);
    const stored = await storeAll(ground, aws);
    const contenders = restoreContenders(ground, stored, aws);
    const results = await allRounds(contenders, ROUNDS, (contender) => runOnce(ground, contender), say);
    const tables = await measureTables(ground, stored.parallel, proxy);
    const section = `${machineNote(ground, [aws], new Date())}

The database of the dump's bench, into an empty one on the same server; ${ROUNDS} rounds, medians, ratios paired by round. Ours gathers
statistics before it hands a database over, and compares digests and row counts; stock tools do neither.

${table(contenders, results)}

One table alone, out of the parallel point, counted by a proxy before the S3 server:

${oneTableReport(tables, await ground.storedBytes(stored.single))}

### Targets of the restore

${targetsTable([...targetsOf(results), ...oneTableTargets(tables)])}
`;
    await publish("restore", section);
  } finally {
    await proxy.close();
    await ground.stop();
  }
}

void main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

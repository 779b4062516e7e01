/**
 * `npm run bench:dump`: our two shapes against their limits, pipes of stock tools and physical peers, on one PostgreSQL and one S3
 * server, in rounds that each have all of them. Prints tables; with `--write` they go to docs/performance.md. Nothing is judged but
 * by the verdicts of the table: it fails only when a contender fails.
 *
 * BACKUP321_BENCH_MIB (1024): size of the plain dump. BACKUP321_BENCH_ROUNDS (5). BACKUP321_BENCH_ONLY: keys of contenders, by comma.
 */
import { join } from "node:path";
import { run } from "../../test/support/processes";
import { amount, type Ground, requireDisk, startGround } from "../shared/ground";
import { machineNote } from "../shared/machine";
import { seedMixedData, tablesBySize } from "../shared/mixedData";
import { publish } from "../shared/page";
import { findPeers } from "../shared/peers";
import { allRounds } from "../shared/rounds";
import { runOnce } from "./contender";
import { logicalContenders, UPLOAD_FILE } from "./contenders";
import { givesTable } from "./gives";
import { physicalContenders, startTlsStorage } from "./physical";
import { dumpTargets, resultsTable } from "./report";

const DUMP_MIB = amount("BACKUP321_BENCH_MIB", 1024);
const ROUNDS = amount("BACKUP321_BENCH_ROUNDS", 5);
/** Database and its log, a folder dump, and what is stored, in sizes of the plain dump. */
const DISK_FACTOR = 8;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Bytes of the plain dump, and the file that is uploaded alone. */
function prepareUpload(ground: Ground): number {
  const script = `set -euo pipefail; pg_dump --format=custom --compress=0 | tee >(zstd -3 -T0 --quiet --force -o "$FILE") | wc -c`;
  return Number(run("bench", "bash", ["-c", script], { env: { ...ground.env, FILE: join(ground.dir, UPLOAD_FILE) } }));
}

async function main(): Promise<void> {
  requireDisk(DUMP_MIB * DISK_FACTOR);
  const only = process.env.BACKUP321_BENCH_ONLY?.split(",");
  if (only !== undefined && process.argv.includes("--write")) {
    throw new Error(
      "bench: BACKUP321_BENCH_ONLY leaves contenders out, so the page can't be written; unset one of them",
    );
  }
  const peers = await findPeers(say);
  const ground = await startGround();
  const tls = await startTlsStorage(ground);
  try {
    say(`filling the database: ${DUMP_MIB} MiB of plain dump`);
    await seedMixedData(ground.source.settings, DUMP_MIB);
    const rawBytes = prepareUpload(ground);
    const tables = await tablesBySize(ground.source.settings);
    const all = [...logicalContenders(tables, peers), ...physicalContenders(peers, tls)];
    const contenders = only === undefined ? all : all.filter(({ key }) => only.includes(key));
    const results = await allRounds(contenders, ROUNDS, (contender) => runOnce(ground, contender), say);
    const section = `${machineNote(ground, Object.values(peers), new Date())}

A database of ${tables.length} tables, of which one holds half; ${(rawBytes / 1e6).toFixed(0)} MB of plain dump. ${ROUNDS} rounds, each with every contender in another
order; medians, and ratios paired by round. CPU of the S3 server is in nobody's column.

${resultsTable(contenders, results)}

### Targets of the dump

${dumpTargets(results, rawBytes)}

### What each gives

${givesTable()}
`;
    await publish("dump", section);
  } finally {
    await tls.stop();
    await ground.stop();
  }
}

void main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

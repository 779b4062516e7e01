/**
 * `npm run bench:policies`: what the policy packs add to a preview, by size of the stack, asked over gRPC as the engine asks
 * them; beside Pulumi's own awsguard. Prints tables; with `--write` they go to docs/performance.md.
 *
 * BACKUP321_BENCH_ROUNDS (3): rounds of each size, of which the median is shown.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { amount } from "../shared/ground";
import { markdownTable, number, type Target, targetsTable } from "../shared/markdown";
import { publish } from "../shared/page";
import { median } from "../shared/statistics";
import { ensureAwsguard } from "./awsguard";
import { type PackRun, startPack } from "./packProcess";
import { stackOf, type WireResource, withLargeText } from "./stack";

const ROUNDS = amount("BACKUP321_BENCH_ROUNDS", 3);
const SIZES = [250, 1000, 2000, 4000];
const LARGE_BYTES = 5 * 1024 * 1024;
const PACKS = join(__dirname, "..", "..", "policies");

interface Measured {
  label: string;
  resources: number;
  runs: PackRun[];
  startSeconds: number;
  peakMiB: number | undefined;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const seconds = ({ runs }: Measured): number => median(runs.map((run) => run.resourceSeconds + run.stackSeconds));
const perThousand = (one: Measured): number => (seconds(one) * 1000) / one.resources;

/** A process of its own for each size, and one round before those that count: an engine's pack is warm after its first resources. */
async function measure(label: string, folder: string, stack: readonly WireResource[]): Promise<Measured> {
  say(`${label}: ${stack.length} resources`);
  const pack = await startPack(folder);
  try {
    await pack.judge(stackOf(100));
    const runs: PackRun[] = [];
    for (let round = 0; round < ROUNDS; round++) runs.push(await pack.judge(stack));
    return { label, resources: stack.length, runs, startSeconds: pack.startSeconds, peakMiB: pack.peakMiB() };
  } finally {
    pack.close();
  }
}

/** What asking costs by itself. In a folder below ours, so that it finds the same SDK. */
function emptyPack(): string {
  const folder = mkdtempSync(join(__dirname, "empty-pack-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), '{ "name": "empty-pack", "version": "1.0.0", "main": "index.js" }');
  writeFileSync(join(folder, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  writeFileSync(join(folder, "index.js"), 'new (require("@pulumi/policy").PolicyPack)("empty", { policies: [] });\n');
  return folder;
}

function row(one: Measured): string[] {
  const part = (of: (run: PackRun) => number): string => number(median(one.runs.map(of)), 3);
  return [
    one.label,
    String(one.resources),
    part((run) => run.resourceSeconds),
    part((run) => run.stackSeconds),
    number(seconds(one), 3),
    one.resources < 100 ? "-" : number(perThousand(one), 3),
    number(one.peakMiB, 0),
    number(one.startSeconds, 2),
    String(one.runs[0]!.violations),
  ];
}

async function main(): Promise<void> {
  const all = join(PACKS, "all");
  const ours: Measured[] = [];
  for (const size of SIZES) ours.push(await measure("`all`", all, stackOf(size)));
  const large = await measure("`all`, one text of 5 MB", all, withLargeText(LARGE_BYTES));
  const others = [];
  for (const name of ["credentials", "storage", "backup"]) {
    others.push(await measure(`\`${name}\``, join(PACKS, name), stackOf(1000)));
  }
  const none = await measure("no rules at all", emptyPack(), stackOf(1000));
  const guard = await ensureAwsguard(say);
  const peer = "reason" in guard ? guard : await measure(`awsguard ${guard.version}`, guard.folder, stackOf(1000));
  const [thousand, most] = [ours[1]!, ours.at(-1)!];
  const growth = perThousand(most) / perThousand(thousand);
  const targets: Target[] = [
    {
      what: "`all`, each 1,000 resources",
      target: "under 1 s",
      measured: `${number(perThousand(thousand), 2)} s`,
      isMet: perThousand(thousand) < 1,
    },
    {
      what: `linear: time per resource, ${most.resources} resources against ${thousand.resources}`,
      target: "at most 1.25 x",
      measured: `${number(growth, 2)} x`,
      isMet: growth <= 1.25,
    },
    {
      what: "one text of 5 MB",
      target: "under 1 s",
      measured: `${number(seconds(large), 2)} s`,
      isMet: seconds(large) < 1,
    },
  ];
  const head = [
    "pack",
    "resources",
    "resources, s",
    "stack, s",
    "in all, s",
    "each 1,000, s",
    "peak, MiB",
    "start, s",
    "reports",
  ];
  const rows = [...ours, large, ...others, none, ...("reason" in peer ? [] : [peer])].map(row);
  const notes = [
    `Measured ${new Date().toISOString().slice(0, 10)}, ${cpus().length} CPUs, Node ${process.versions.node}; medians of ${ROUNDS} rounds, the client that asks on the same CPUs.`,
    "The engine calls a pack for each resource, then once with the whole stack; the SDK unpacks all of it anew for each rule.",
    ...("reason" in peer
      ? [`awsguard: ${peer.reason}.`]
      : [
          `awsguard has other rules: its row says what a pack of that kind costs. Its time is ${number(perThousand(peer) / perThousand(thousand), 2)} x ours.`,
        ]),
  ];
  await publish(
    "policies",
    [...notes.slice(0, -1), "", notes.at(-1)!, "", markdownTable(head, rows), "", targetsTable(targets)].join("\n"),
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});

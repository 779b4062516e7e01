/**
 * `npm run bench:preview`: time, memory and resources of a first preview, by number of databases, on the real engine. Prints a table
 * and keeps it in docs/preview-cost.md. Fails when the number of resources outgrows what the documents promise; time and memory are
 * shown, never judged.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "prettier";
import { withStack } from "../../test/support/engine/runStack";
import { startBench } from "../../test/support/standin/fixtures";
import type { PreviewProgramArgs } from "./program";

/** A list is one set of tasks and alarms, whatever its length. */
const LIST_RESOURCES = 90;
/** At most this many for the repository and what runs beside it, without the buckets of access logs and the doctor. */
const FIXED_RESOURCES = 80;
const RESOURCES_PER_DATABASE = 8;

const CASES: { label: string; count: number; shape: PreviewProgramArgs["shape"]; accessLogs: boolean }[] = [
  ...[1, 10, 100, 500].map((count) => ({
    label: String(count),
    count,
    shape: "databases" as const,
    accessLogs: false,
  })),
  { label: "1, with access logs", count: 1, shape: "databases", accessLogs: true },
  { label: "a list of 10,000", count: 10_000, shape: "list", accessLogs: false },
  { label: "none: a yardstick of plain roles and policies", count: 1360, shape: "plain", accessLogs: false },
];

interface Measured {
  label: string;
  count: number;
  shape: string;
  resources: number;
  seconds: number;
  programMiB: number;
  engineMiB: number | undefined;
}

/** Peak memory of the engine's processes while `work` runs, in MiB; undefined where the system does not tell. */
async function watchEngine<T>(work: () => Promise<T>): Promise<{ value: T; peakMiB: number | undefined }> {
  let peak: number | undefined;
  const look = (): void => {
    if (!existsSync("/proc/self/status")) return;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        if (!/^Name:\tpulumi$/m.test(status)) continue;
        peak = Math.max(peak ?? 0, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
      } catch {
        // A process that ended between the listing and the reading.
        continue;
      }
    }
  };
  const timer = setInterval(look, 200);
  try {
    return { value: await work(), peakMiB: peak };
  } finally {
    clearInterval(timer);
  }
}

async function measure(dir: string, awsEnv: Record<string, string>, one: (typeof CASES)[number]): Promise<Measured> {
  const memoryFile = join(dir, "memory");
  const programArgs: PreviewProgramArgs = {
    count: one.count,
    shape: one.shape,
    accessLogs: one.accessLogs,
    memoryFile,
  };
  const stack = await withStack({
    programModule: join(__dirname, "program.ts"),
    programArgs,
    projectName: "bench",
    stackName: `n${CASES.indexOf(one)}`,
    region: "eu-central-1",
    stateDir: join(dir, `stack-${CASES.indexOf(one)}`),
    awsEnv,
  });
  let seconds: number;
  let created: number;
  let engineMiB: number | undefined;
  try {
    const start = process.hrtime.bigint();
    const { value, peakMiB } = await watchEngine(() => stack.preview());
    seconds = Number(process.hrtime.bigint() - start) / 1e9;
    if (!value.ok) throw new Error(`bench: the preview of ${one.label} failed:\n${value.output.slice(-2000)}`);
    // The stack itself is not counted.
    created = value.changes["create"]! - 1;
    engineMiB = peakMiB;
  } finally {
    await stack.close();
  }
  const programMiB = Number(readFileSync(memoryFile, "utf8")) / 1024;
  const extra = one.shape === "list" ? 2 : 0;
  return {
    label: one.label,
    count: one.count,
    shape: one.shape,
    resources: created - extra,
    seconds,
    programMiB,
    engineMiB,
  };
}

function table(rows: readonly Measured[]): string {
  const cells = rows.map((row) => [
    row.label,
    String(row.resources),
    row.seconds.toFixed(1),
    (row.seconds / row.resources).toFixed(3),
    row.programMiB.toFixed(0),
    row.engineMiB === undefined ? "unknown" : row.engineMiB.toFixed(0),
  ]);
  const head = ["databases", "resources", "preview, s", "s per resource", "program's peak, MiB", "engine's peak, MiB"];
  return [head, head.map(() => "---"), ...cells].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function brokenPromises(rows: readonly Measured[]): string[] {
  return rows
    .filter((row) => row.shape !== "plain" && !row.label.includes("access logs"))
    .flatMap(({ label, count, shape, resources }) => {
      const most = shape === "list" ? LIST_RESOURCES : FIXED_RESOURCES + RESOURCES_PER_DATABASE * count;
      return resources <= most ? [] : [`${label}: ${resources} resources, at most ${most} are promised`];
    });
}

async function main(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "backup321-bench-"));
  const standin = await startBench();
  const rows: Measured[] = [];
  try {
    for (const one of CASES) {
      rows.push(await measure(dir, standin.standin.env(), one));
      process.stdout.write(`${one.label}: ${rows.at(-1)!.resources} resources, ${rows.at(-1)!.seconds.toFixed(1)} s\n`);
    }
  } finally {
    await standin.close();
    rmSync(dir, { recursive: true, force: true });
  }
  const machine = `${platform()}, ${cpus().length} CPUs, Node ${process.versions.node}`;
  const text = `# What a preview costs

First preview of one \`DatabaseBackup\`, on the real engine with a stand-in for the AWS provider, so without the time that AWS's API and
the real provider's start take. Measured ${new Date().toISOString().slice(0, 10)} on ${machine} by \`npm run bench:preview\`.
Without access logs, which add two buckets with their protection, and without the doctor, which adds ten resources. The yardstick is a program without our components, for what the
engine and its SDK take by themselves. Promised, and checked by the bench: at most ${FIXED_RESOURCES} resources and
${RESOURCES_PER_DATABASE} for each database; ${LIST_RESOURCES} for a list of any length.

${table(rows)}
`;
  const page = join(__dirname, "..", "..", "docs", "preview-cost.md");
  writeFileSync(page, await format(text, { parser: "markdown", printWidth: 120 }));
  process.stdout.write(`\n${text}`);
  const broken = brokenPromises(rows);
  for (const line of broken) process.stderr.write(`bench: ${line}\n`);
  return broken.length === 0 ? 0 : 1;
}

void main().then((code) => {
  process.exitCode = code;
});

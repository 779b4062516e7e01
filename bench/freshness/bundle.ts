/** Size and import time of the function's bundle, as it is and as it could be. */
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { buildSync, type BuildOptions } from "esbuild";
import bundleOptions from "../../scripts/bundleOptions";
import { median } from "../shared/statistics";

const ROOT = join(__dirname, "..", "..");
const ROUNDS = 11;

/** One way to bundle the function. */
export interface Bundle {
  label: string;
  kB: number;
  gzipkB: number;
  /** Median of the time that requiring it takes in a new process. */
  importMs: number;
  /** The same in CPU time. */
  importCpuMs: number;
  /** Package → kB of it in the bundle, heaviest first. */
  packages: [string, number][];
}

const WAYS: { label: string; options: BuildOptions }[] = [
  { label: "as it is shipped", options: {} },
  { label: "names shortened too", options: { minify: true } },
  { label: "SDK left to the runtime (here: node_modules)", options: { external: ["@aws-sdk/*", "@smithy/*"] } },
];

/** What requiring a file takes in a new process, in ms: wall clock, and CPU, which other work on the machine lengthens less. */
function importMs(file: string): { wall: number; cpu: number } {
  const script = `
    const [t, c] = [process.hrtime.bigint(), process.cpuUsage()];
    require(${JSON.stringify(file)});
    const wall = Number(process.hrtime.bigint() - t) / 1e6;
    const { user, system } = process.cpuUsage(c);
    console.log(JSON.stringify({ wall, cpu: (user + system) / 1000 }));`;
  // What is left outside is found from the folder of this repository, as a runtime's would be.
  const env = { ...process.env, NODE_PATH: join(ROOT, "node_modules"), NODE_NO_WARNINGS: "1" };
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { env, encoding: "utf8" })) as ReturnType<
    typeof importMs
  >;
}

/** Bundles the function in each way into `dir`. */
export function measureBundles(dir: string): Bundle[] {
  const bundles = WAYS.map(({ label, options }, n) => {
    const outfile = join(dir, `bundle-${n}.js`);
    const { metafile } = buildSync({
      entryPoints: [join(ROOT, "runner/lambda/freshnessHandler.ts")],
      outfile,
      metafile: true,
      logLevel: "error",
      ...bundleOptions,
      ...options,
    } as BuildOptions & { metafile: true });
    const weights = new Map<string, number>();
    for (const [file, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0]!.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? "our own";
      weights.set(name, (weights.get(name) ?? 0) + bytesInOutput / 1000);
    }
    const gzipped = execFileSync("gzip", ["-9", "--stdout", outfile], { maxBuffer: 1 << 26 });
    const packages = [...weights].sort(([, a], [, b]) => b - a);
    return { label, outfile, kB: statSync(outfile).size / 1000, gzipkB: gzipped.length / 1000, packages };
  });
  // In turn, so that all of them meet the same moments of the machine.
  const rounds = Array.from({ length: ROUNDS }, () => bundles.map(({ outfile }) => importMs(outfile)));
  return bundles.map(({ outfile: _, ...bundle }, n) => ({
    ...bundle,
    importMs: median(rounds.map((round) => round[n]!.wall)),
    importCpuMs: median(rounds.map((round) => round[n]!.cpu)),
  }));
}

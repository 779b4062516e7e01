/** The policy packs on the real engine: installed as a user has them, judging previews of stacks that are kept for many programs. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigMap } from "@pulumi/pulumi/automation";
import { PACKS } from "../../policies";
import { withStack, type PreviewResult, type RunningStack } from "../support/engine/runStack";
import { startBench, type Bench } from "../support/standin/fixtures";
import { ROOT } from "../tree";
import type { FileProgram } from "../support/engine/fileProgram";

export interface Judged {
  /** Names of packs; default `all` alone. */
  packs?: readonly string[];
  /** Configuration of each pack, as the file of `--policy-pack-config` has it. */
  config?: object;
}

export interface PolicyGround {
  bench: Bench;
  /** Previews a program on the first of the stacks that is free. */
  preview(program: FileProgram, judged?: Judged): Promise<PreviewResult>;
  /** A stack of its own, for updates. */
  open(program: FileProgram, judged?: Judged): Promise<RunningStack>;
  close(): Promise<void>;
}

/** @param stacks how many previews run at a time */
export async function startPolicyGround(config: ConfigMap = {}, stacks = 1): Promise<PolicyGround> {
  const dir = mkdtempSync(join(tmpdir(), "backup321-policies-"));
  const bench = await startBench();
  const opened: RunningStack[] = [];
  let files = 0;
  const fresh = (name: string): string => join(dir, `${name}-${files++}`);
  const options = ({ packs = ["all"], config: settings }: Judged) => {
    const folders = packs.map((pack) => join(installed(dir), "policies", pack));
    if (settings === undefined) return { policyPacks: folders };
    const file = `${fresh("config")}.json`;
    writeFileSync(file, JSON.stringify(settings));
    return { policyPacks: folders, policyPackConfigs: folders.map(() => file) };
  };
  const open = async (program: FileProgram, judged: Judged = {}): Promise<RunningStack> => {
    const stateDir = fresh("stack");
    mkdirSync(stateDir);
    const stack = await withStack({
      programModule: join(ROOT, "test", "support", "engine", "fileProgram.ts"),
      programArgs: program,
      projectName: "shop",
      stackName: "dev",
      region: bench.standin.region,
      awsEnv: bench.standin.env(),
      stateDir,
      config,
      ...options(judged),
    });
    opened.push(stack);
    return stack;
  };
  install(dir);
  const idle: RunningStack[] = [];
  const waiting: ((stack: RunningStack) => void)[] = [];
  let kept = 0;
  const take = (program: FileProgram): Promise<RunningStack> | RunningStack => {
    const free = idle.pop();
    if (free !== undefined) return free;
    return kept++ < stacks ? open(program) : new Promise((resolve) => waiting.push(resolve));
  };
  return {
    bench,
    open,
    async preview(program, judged = {}) {
      const stack = await take(program);
      try {
        return await stack.preview({ programArgs: program, ...options(judged) });
      } finally {
        const next = waiting.shift();
        if (next === undefined) idle.push(stack);
        else next(stack);
      }
    },
    async close() {
      await Promise.all(opened.map((stack) => stack.close()));
      await bench.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** `level rule resource`, sorted: the engine judges in no fixed order. */
export function findings(result: PreviewResult): string[] {
  return result.policyViolations
    .map((v) => `${v.enforcementLevel} ${v.policy} ${v.resourceUrn.split("::").at(-1)!}`)
    .sort();
}

const installed = (dir: string): string => join(dir, "node_modules", "pulumi-backup321");

/** The packs with their compiled rules, and dependencies in the user's own node_modules. */
function install(dir: string): void {
  for (const folder of ["dist/policies", "policies/all", ...Object.keys(PACKS).map((pack) => `policies/${pack}`)]) {
    cpSync(join(ROOT, folder), join(installed(dir), folder), {
      recursive: true,
      filter: (file) => !/(?<!\.d)\.ts$/.test(file),
    });
  }
  symlinkSync(join(ROOT, "node_modules", "@pulumi"), join(dir, "node_modules", "@pulumi"));
}

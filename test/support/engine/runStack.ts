/** A stack on the real engine with the stand-in provider: file backend, own folders, nothing of the user's touched. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import {
  LocalWorkspace,
  type ConfigMap,
  type Deployment,
  type EngineEvent,
  type OutputMap,
  type PulumiFn,
  type Stack,
} from "@pulumi/pulumi/automation";
import { pluginPath, ensurePulumi } from "./pulumiCli";
import { startProviderProcess } from "./providerProcess";
import { openElsewhere } from "./stackClient";

export interface StackOptions {
  /** Creates the resources in this process. For scripts; jest's module registry and a failing program do not mix. */
  program?: PulumiFn;
  /**
   * Absolute path of a module that runs in a process of its own instead: either a plain Pulumi program, or one that
   * exports `program(args)`. For tests, and for programs that are meant to fail.
   */
  programModule?: string;
  /** What `program(args)` of the module gets; plain data. */
  programArgs?: unknown;
  projectName: string;
  stackName: string;
  /** Full keys, `project:key`; `aws:region` comes from `region`. */
  config?: ConfigMap;
  /** Credentials and endpoint for the provider: AWS_*, AWS_ENDPOINT_URL, NODE_EXTRA_CA_CERTS. */
  awsEnv: Record<string, string>;
  region: string;
  /** Policy pack folders for every preview and update; a call may name others. */
  policyPacks?: string[];
  /** One configuration file for each of the packs. */
  policyPackConfigs?: string[];
  /** State, passphrase and the engine's home; the same folder opens the same stack again. */
  stateDir: string;
}

export interface RunOptions {
  policyPacks?: string[];
  policyPackConfigs?: string[];
  /** Replaces the stack's `programArgs` from this run on. */
  programArgs?: unknown;
  /** The engine's output, piece by piece. */
  onOutput?: (text: string) => void;
  /** One call per resource that is finished. */
  onResource?: (resource: { operation: string; type: string; urn: string }) => void;
}

export interface PolicyViolation {
  pack: string;
  policy: string;
  enforcementLevel: string;
  resourceUrn: string;
  message: string;
}

export interface PreviewResult {
  /** False when a mandatory policy was violated, or anything else failed. */
  ok: boolean;
  /** All that the engine printed. */
  output: string;
  policyViolations: PolicyViolation[];
  /** Number of resources per operation: create, same, update, replace, delete. */
  changes: Record<string, number>;
  /** What each resource would get, after policies have mended it. */
  planned: { type: string; urn: string; inputs: Record<string, unknown> }[];
}

export interface RunningStack {
  preview(options?: RunOptions): Promise<PreviewResult>;
  /** @throws Error with the engine's output when anything failed */
  up(options?: RunOptions): Promise<{ outputs: OutputMap; changes: Record<string, number> }>;
  /** Outputs of the last update; secret ones in plain text, marked. */
  outputs(): Promise<OutputMap>;
  refresh(options?: RunOptions): Promise<{ changes: Record<string, number> }>;
  /** @param options.unprotect take away `protect` first, as an administrator would; default false */
  destroy(options?: RunOptions & { unprotect?: boolean }): Promise<void>;
  /** The state as stored: secrets are encrypted. */
  export(): Promise<Deployment>;
  /** Environment with which `pulumi` on a command line works on this stack. */
  env: Record<string, string>;
  /** Stops the provider. The state stays. */
  close(): Promise<void>;
}

const execute = promisify(execFile);

async function passphraseFile(stateDir: string): Promise<string> {
  const file = join(stateDir, "passphrase");
  if (!existsSync(file)) await writeFile(file, randomBytes(24).toString("base64url"), { mode: 0o600 });
  return file;
}

async function environment(stateDir: string, attachment: string): Promise<Record<string, string>> {
  for (const dir of ["state", "home", "project"]) await mkdir(join(stateDir, dir), { recursive: true });
  // Last on PATH: a CLI that has language plugins of its own uses those.
  const path = [process.env["PATH"] ?? "", dirname(process.execPath), await pluginPath(join(stateDir, "bin"))];
  return {
    PATH: path.join(delimiter),
    PULUMI_HOME: join(stateDir, "home"),
    PULUMI_BACKEND_URL: `file://${join(stateDir, "state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: await passphraseFile(stateDir),
    PULUMI_DEBUG_PROVIDERS: attachment,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

const count = (changes: object | undefined): Record<string, number> =>
  Object.fromEntries(Object.entries(changes ?? {}).filter(([, n]) => typeof n === "number"));

/**
 * Opens the stack, creating it when it is not there, and starts the provider. Call `close()` at the end.
 *
 * @throws Error unless exactly one of `program` and `programModule` is given
 */
export async function withStack(options: StackOptions): Promise<RunningStack> {
  if ((options.program === undefined) === (options.programModule === undefined)) {
    throw new Error("withStack: give either program or programModule");
  }
  return options.programModule === undefined ? openHere(options) : openElsewhere(options);
}

/** The same, always in this process. */
export async function openHere(options: StackOptions): Promise<RunningStack> {
  const stateDir = resolve(options.stateDir);
  await mkdir(stateDir, { recursive: true });
  const cli = await ensurePulumi();
  const provider = await startProviderProcess(options.awsEnv);
  try {
    const env = await environment(stateDir, provider.attachment);
    const { projectName, stackName } = options;
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName, program: options.program! },
      {
        envVars: env,
        pulumiCommand: cli.command,
        workDir: join(stateDir, "project"),
        projectSettings: { name: projectName, runtime: "nodejs", main: process.cwd() },
      },
    );
    await stack.setAllConfig({ "aws:region": { value: options.region }, ...options.config });
    return running(stack, options, env, () => provider.stop());
  } catch (error) {
    await provider.stop();
    throw error;
  }
}

function running(
  stack: Stack,
  options: StackOptions,
  env: Record<string, string>,
  close: () => Promise<void>,
): RunningStack {
  const pulumi = async (...args: string[]): Promise<string> => {
    const { command } = stack.workspace.pulumiCommand;
    const settings = { cwd: stack.workspace.workDir, env: { ...process.env, ...env }, maxBuffer: 256 * 1024 * 1024 };
    return (await execute(command, [...args, "--non-interactive", "--stack", stack.name], settings)).stdout;
  };
  const packs = (run: RunOptions) => {
    const { policyPacks = [], policyPackConfigs } = run.policyPacks === undefined ? options : run;
    return { policyPacks: policyPacks.map((pack) => resolve(pack)), policyPackConfigs };
  };
  const watch = (run: RunOptions, seen: (event: EngineEvent) => void = () => undefined) => ({
    color: "never" as const,
    onOutput: run.onOutput,
    onEvent: (event: EngineEvent) => {
      seen(event);
      const done = event.resOutputsEvent?.metadata;
      if (done) run.onResource?.({ operation: done.op, type: done.type, urn: done.urn });
    },
  });

  return {
    env,
    close,
    async preview(run = {}) {
      const policyViolations: PolicyViolation[] = [];
      const planned: PreviewResult["planned"] = [];
      const watching = watch(run, ({ policyEvent: p, resourcePreEvent }) => {
        const state = resourcePreEvent?.metadata.new;
        if (state) planned.push({ type: state.type, urn: state.urn, inputs: state.inputs });
        if (!p) return;
        const { policyPackName: pack, policyName: policy, enforcementLevel, resourceUrn = "", message } = p;
        policyViolations.push({ pack, policy, enforcementLevel, resourceUrn, message: message.trim() });
      });
      let output = "";
      const onOutput = (text: string): void => {
        output += text;
        run.onOutput?.(text);
      };
      try {
        const result = await stack.preview({ ...watching, onOutput, ...packs(run), diff: false });
        return { ok: true, output, policyViolations, planned, changes: count(result.changeSummary) };
      } catch (error) {
        // A refused preview is an answer, not a failure of this function; its reason stands in the output.
        return { ok: false, output: output || String(error), policyViolations, planned, changes: {} };
      }
    },
    async up(run = {}) {
      const result = await stack.up({ ...watch(run), ...packs(run) });
      return { outputs: result.outputs, changes: count(result.summary.resourceChanges) };
    },
    outputs: () => stack.outputs(),
    async refresh(run = {}) {
      const result = await stack.refresh(watch(run));
      return { changes: count(result.summary.resourceChanges) };
    },
    async destroy(run = {}) {
      if (run.unprotect) await pulumi("state", "unprotect", "--all", "--yes");
      await stack.destroy(watch(run));
    },
    // The Automation API's own export opens the secrets.
    export: async () => JSON.parse(await pulumi("stack", "export")) as Deployment,
  };
}

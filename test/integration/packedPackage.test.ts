// needs: pulumi, standin
/** The packed package in a fresh project, on the real engine: imported by a TypeScript program, and as a plugin for other languages. */
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { packedProject, type PackedProject } from "../../scripts/packedProject";
import { ensurePulumi } from "../support/engine/pulumiCli";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { createAwsClients } from "../support/provider/awsClients";
import { type Bench, startBench } from "../support/standin/fixtures";
import { ROOT } from "../tree";
import { recipes } from "../policies/ciRecipes";
import { command, runRecipe } from "./ciRun";
import { makeSettings } from "./componentsGround";

const REGION = "eu-central-1";
const YAML_EXAMPLE = join(ROOT, "examples", "yaml", "Pulumi.yaml");

jest.setTimeout(600_000);

let bench: Bench;
let dir: string;
let packed: PackedProject;
let settings: Record<string, any>;
const open: RunningStack[] = [];

interface Project {
  /** With which `pulumi` on a command line works on the stack. */
  env: Record<string, string>;
  pulumi: (...args: string[]) => Promise<string>;
  /** Runs what is to fail; all that it printed. */
  refusal: (...args: string[]) => Promise<string>;
}

/** Makes the user's folder a project of that name, with a stack and its configuration. */
async function project(
  name: string,
  main: string,
  more: object,
  variables: Record<string, string> = {},
): Promise<Project> {
  const stack = await withStack({
    program: () => Promise.resolve({}),
    projectName: name,
    stackName: "dev",
    region: REGION,
    stateDir: join(dir, name),
    awsEnv: bench.standin.env(),
  });
  open.push(stack);
  const settingsFile = { name, runtime: { name: "nodejs", options: { typescript: false } }, main, ...more };
  writeFileSync(join(packed.folder, "Pulumi.yaml"), JSON.stringify(settingsFile));
  const config = Object.entries(settings).map(([key, value]) => [`${name}:${key}`, value]);
  writeFileSync(
    join(packed.folder, "Pulumi.dev.yaml"),
    JSON.stringify({ config: { "aws:region": REGION, ...Object.fromEntries(config) } }),
  );
  const cli = (await ensurePulumi()).command.command;
  const env = {
    ...stack.env,
    ...variables,
    PATH: [dirname(cli), stack.env["PATH"]].join(delimiter),
    PULUMI_STACK: "dev",
    // As a big project would: its types are checked by a step of its own.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  };
  const pulumi = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(cli, args, {
      cwd: packed.folder,
      env: { ...process.env, ...env },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };
  const refusal = (...args: string[]): Promise<string> =>
    pulumi(...args).then(
      () => "nothing was refused",
      (error: { stdout: string }) => error.stdout,
    );
  return { env, pulumi, refusal };
}

beforeAll(async () => {
  // The real path: the engine and the plugin compare names of files.
  dir = realpathSync(mkdtempSync(join(tmpdir(), "backup321-packed-")));
  packed = packedProject(dir);
  bench = await startBench();
  const ground = await makeSettings(createAwsClients(REGION, bench.as()), "not used here");
  settings = { ...ground, subnetIds: JSON.parse(ground["subnetIds"]!) };
});

afterAll(async () => {
  await Promise.all(open.map((stack) => stack.close()));
  await bench?.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a TypeScript program in a project of its own compiles, and previews", async () => {
  copyFileSync(join(ROOT, "examples", "minimal", "index.ts"), join(packed.folder, "index.ts"));
  const settingsOf = "--strict --skipLibCheck --target es2022 --module node16 --moduleResolution node16 index.ts";
  const tsc = join(packed.folder, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [tsc, ...settingsOf.split(" ")], { cwd: packed.folder });
  const { pulumi } = await project("imported", "index.js", {});
  expect(await pulumi("preview")).toMatch(/\+ \d{2,} to create/);
});

describe("as a platform team's CI would do it", () => {
  /** Programs of the CI's project: what the packs let through, and what they refuse. */
  const PROGRAMS = {
    sound: 'import { workload } from "./rejected/sound/workload";\nworkload("orders");\n',
    refused: 'import "./rejected/any-resource-hardcoded-credential";\n',
  };
  const VALUE = /AKIA\w+/;

  beforeAll(() => {
    const { folder, installed, filename } = packed;
    cpSync(join(installed, "examples", "rejected"), join(folder, "rejected"), { recursive: true });
    cpSync(join(installed, "examples", "ci", "policies.json"), join(folder, "policies.json"));
    const dependencies = { "pulumi-backup321": `file:../${filename}` };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop", private: true, dependencies }));
    for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(folder, `${name}.ts`), text);
  });

  test("a copied example is refused by its rule on the command line, without the value", async () => {
    const { env } = await project("rejected", "index.ts", {});
    const cwd = join(packed.folder, "rejected");
    const args = ["preview", "--non-interactive", "--config", "rule=any-resource-hardcoded-credential"];
    const pack = ["--policy-pack", "../node_modules/pulumi-backup321/policies/all"];
    const { status, output } = await command(
      "pulumi",
      [...args, "--config", `aws:region=${REGION}`, ...pack],
      cwd,
      env,
    );
    expect(output).toContain(
      "[mandatory] [severity: critical]  any-resource-hardcoded-credential  (aws:lambda:Function",
    );
    expect(output.match(/\[(mandatory|advisory)\]/g)).toEqual(["[mandatory]"]);
    expect(output).not.toMatch(VALUE);
    expect(status).not.toBe(0);
  });

  test.each(["github", "gitlab"] as const)(
    "the steps of the %s recipe pass a sound program and refuse the other",
    async (ci) => {
      const run = async (program: keyof typeof PROGRAMS) => {
        const { env } = await project("shop", `${program}.ts`, { runtime: "nodejs" });
        return runRecipe(recipes()[ci], packed.folder, { ...env, CI_BUILDS_DIR: dir, AWS_ID_TOKEN: "a token" });
      };
      const sound = await run("sound");
      expect({ status: sound.status, errors: sound.output.match(/::error|\[mandatory\].*/g) }).toEqual({
        status: 0,
        errors: null,
      });
      const refused = await run("refused");
      expect(refused.status).not.toBe(0);
      expect(refused.output).toContain("[mandatory] [severity: critical]  any-resource-hardcoded-credential");
      expect(refused.output + refused.summary).not.toMatch(VALUE);
      if (ci === "github") {
        expect(refused.output).toMatch(/^::error title=policy:: +- \[mandatory\].*any-resource-hardcoded-credential/m);
        expect(refused.summary).toMatch(/^```\nPolicies:\n[^]*any-resource-hardcoded-credential[^]*```\n$/);
        expect(sound.summary).toMatch(/^```\nPolicies:\n[^]*```\n$/);
      }
    },
  );
});

describe("as a plugin", () => {
  const plugin = () => ({ plugins: { providers: [{ name: "pulumi-backup321", path: packed.installed }] } });
  const remote = async (name: string, file: string): Promise<Project> => {
    copyFileSync(join(__dirname, "programs", "yamlProgram.js"), join(packed.folder, "remote.js"));
    return project(name, "remote.js", plugin(), { PROGRAM_FILE: file });
  };

  test("it provisions examples/yaml, which keeps to every rule, and whose second update changes nothing", async () => {
    const { pulumi } = await remote("shop", YAML_EXAMPLE);
    const preview = await pulumi("preview", "--policy-pack", join(packed.installed, "policies", "all"));
    expect(preview).toMatch(/\+ \d{2,} to create/);
    expect(preview).toContain("backup321-all@v");
    await pulumi("up", "--yes", "--skip-preview");
    const outputs = JSON.parse(await pulumi("stack", "output", "--json")) as Record<string, string>;
    expect(outputs).toEqual({
      primaryBucketName: expect.stringMatching(/^shop-primary-/),
      replicaBucketName: expect.stringMatching(/^shop-replica-/),
      restorerRoleArn: expect.stringMatching(/:role\/shop-restorer-/),
    });
    await pulumi("preview", "--expect-no-changes");
  });

  test("fails when an argument is bad, in the component's own words", async () => {
    const file = join(dir, "bad.yaml");
    writeFileSync(file, readFileSync(YAML_EXAMPLE, "utf8").replace("${image}", "runner:latest"));
    const { refusal } = await remote("bad", file);
    expect(await refusal("preview")).toContain('DatabaseBackup "shop": image must be pinned by digest');
  });
});

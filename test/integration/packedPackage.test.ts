// needs: pulumi, standin
/** The packed package in a fresh project, on the real engine: imported by a TypeScript program, and as a plugin for other languages. */
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packedProject, type PackedProject } from "../../scripts/packedProject";
import { ensurePulumi } from "../support/engine/pulumiCli";
import { type RunningStack, withStack } from "../support/engine/runStack";
import { createAwsClients } from "../support/provider/awsClients";
import { type Bench, startBench } from "../support/standin/fixtures";
import { ROOT } from "../tree";
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
  const { command } = await ensurePulumi();
  const pulumi = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(command.command, args, {
      cwd: packed.folder,
      env: { ...process.env, ...stack.env, ...variables, PULUMI_STACK: "dev" },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };
  const refusal = (...args: string[]): Promise<string> =>
    pulumi(...args).then(
      () => "nothing was refused",
      (error: { stdout: string }) => error.stdout,
    );
  return { pulumi, refusal };
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

describe("as a plugin", () => {
  const plugin = () => ({ plugins: { providers: [{ name: "pulumi-backup321", path: packed.installed }] } });
  const remote = async (name: string, file: string): Promise<Project> => {
    copyFileSync(join(__dirname, "programs", "yamlProgram.js"), join(packed.folder, "remote.js"));
    return project(name, "remote.js", plugin(), { PROGRAM_FILE: file });
  };

  test("it provisions examples/yaml, whose second update changes nothing", async () => {
    const { pulumi } = await remote("shop", YAML_EXAMPLE);
    expect(await pulumi("preview")).toMatch(/\+ \d{2,} to create/);
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

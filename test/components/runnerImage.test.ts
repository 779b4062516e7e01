import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { CpuArchitecture } from "../../components";
import { packageRoot } from "../../components/internal/packageRoot";
import { RunnerImage, type RunnerImageArgs, type RunnerImageOptions } from "../../components/runnerImage";
import { ROOT } from "../tree";
import { messageOf } from "./fixtures";
import { registered, settle, startMocks } from "./mocks";

/** Inputs of what is registered, by type; awsx's components have no children under mocks. */
async function inputsOf(args?: RunnerImageArgs, options?: RunnerImageOptions): Promise<Record<string, any>> {
  await startMocks();
  new RunnerImage("runner", args, options);
  await settle();
  return Object.fromEntries(registered.map(({ type, name, inputs }) => [type, { name, ...inputs }]));
}

describe("RunnerImage", () => {
  it("builds the package's own Dockerfile, for Graviton unless told otherwise", async () => {
    const { "awsx:ecr:Image": image } = await inputsOf();
    expect(image).toMatchObject({
      name: "runner-image",
      context: ROOT,
      dockerfile: path.join(ROOT, "runner", "Dockerfile"),
      platform: "linux/arm64",
      imageTag: "runner-arm64",
    });
    expect([image.context, image.dockerfile].every(existsSync)).toBe(true);
  });

  it("builds for the architecture of the tasks, under a tag of its own", async () => {
    const { "awsx:ecr:Image": image } = await inputsOf({ cpuArchitecture: CpuArchitecture.X86_64 });
    expect([image.platform, image.imageTag]).toEqual(["linux/amd64", "runner-x86_64"]);
  });

  it("keeps every image that was pushed, and has it scanned", async () => {
    const { "awsx:ecr:Repository": repository } = await inputsOf({ region: "eu-west-1", tags: { team: "data" } });
    expect(repository).toEqual({
      name: "runner-repository",
      region: "eu-west-1",
      tags: { team: "data" },
      imageScanningConfiguration: { scanOnPush: true },
      lifecyclePolicy: { skip: true },
    });
  });

  it("lets a caller change both children", async () => {
    const found = await inputsOf(undefined, {
      transform: {
        repository: (args) => (args.name = "team/runner"),
        image: (args) => (args.target = "slim"),
      },
    });
    expect(found["awsx:ecr:Repository"].name).toBe("team/runner");
    expect(found["awsx:ecr:Image"].target).toBe("slim");
  });

  it("fails when name and region are none, naming both", () => {
    expect(messageOf(() => new RunnerImage("Runner", { region: "Frankfurt" }))).toBe(
      'RunnerImage "Runner": 2 problems:\n' +
        '  - the name must be 1-41 characters of a-z, 0-9 and inner hyphens, starting with a letter, got "Runner"; ' +
        "shorten or rename it, bucket and role names are made from it\n" +
        '  - region must be an AWS region like eu-west-1, got "Frankfurt"',
    );
  });

  it("is the only file of the library that loads awsx, and no part of its entry", () => {
    const entry = readFileSync(path.join(ROOT, "components", "index.ts"), "utf8");
    expect(entry).not.toContain("runnerImage");
    const loaded = Object.keys(jest.requireActual<object>("../../components"));
    expect(loaded).toContain("DatabaseBackup");
    expect(loaded).not.toContain("RunnerImage");
  });
});

describe("packageRoot", () => {
  it("is the package's folder, from wherever in it", () => {
    expect(packageRoot(path.join(ROOT, "components", "internal"))).toBe(ROOT);
    expect(packageRoot(path.join(ROOT, "dist", "components", "plugin"))).toBe(ROOT);
  });

  it("fails when called from outside of it", () => {
    const outside = path.parse(ROOT).root;
    expect(messageOf(() => packageRoot(outside))).toBe(
      `no PulumiPlugin.yaml in ${outside} or above; install pulumi-backup321 again`,
    );
  });
});

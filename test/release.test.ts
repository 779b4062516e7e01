import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ROOT, textOf } from "./tree";

// Pulumi's SDK brings the parser; it has no type definitions.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const yaml = require("js-yaml") as { load(text: string): any };

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  needs?: string;
  permissions?: Record<string, string>;
  steps: Step[];
}

const FILE = ".github/workflows/release.yml";
const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };

const scratch = mkdtempSync(path.join(os.tmpdir(), "backup321-release-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What a workflow refers to that is not there, or asks for that it should not. */
function problems(text: string): string[] {
  const workflow = yaml.load(text) as { permissions: object; jobs: Record<string, Job> };
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);
  const lines = steps.flatMap((step) => step.run?.split("\n") ?? []);
  const missing = (found: string[], exists: (name: string) => boolean) => [...new Set(found)].filter((n) => !exists(n));
  const all = (pattern: RegExp) => lines.flatMap((line) => [...line.matchAll(pattern)].map((m) => m[1]!));
  return [
    ...missing(all(/npm run ([\w:-]+)/g), (name) => name in scripts).map((name) => `no npm script ${name}`),
    ...missing(all(/node ((?:scripts|test)\/[\w./-]+)/g), (file) => existsSync(path.join(ROOT, file))).map(
      (f) => `no ${f}`,
    ),
    ...missing(
      steps
        .flatMap((s) => [s.with?.["file"], s.with?.["node-version-file"]].filter((f) => f !== undefined))
        .map(String),
      // The image is built in the unpacked package, which has the same paths.
      (file) => existsSync(path.join(ROOT, file.replace(/^package\//, ""))),
    ).map((file) => `no ${file}`),
    ...missing(
      jobs.flatMap(([, job]) => job.needs ?? []),
      (name) => name in workflow.jobs,
    ).map((n) => `no job ${n}`),
    ...steps.flatMap((s) =>
      s.uses && !/^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/.test(s.uses) ? [`loose ${s.uses}`] : [],
    ),
    ...(JSON.stringify(workflow.permissions) === '{"contents":"read"}' ? [] : ["permissions of all jobs"]),
    ...[...text.matchAll(/secrets\.(\w+)/g)]
      .map((m) => m[1]!)
      .filter((s) => s !== "GITHUB_TOKEN")
      .map((s) => `secret ${s}`),
  ];
}

describe("the release workflow", () => {
  const good = textOf(FILE);

  it("refers only to what exists, and keeps no secret of its own", () => {
    expect(problems(good)).toEqual([]);
  });

  it.each([
    ["a script that was renamed", "npm run build", "npm run compile", "no npm script compile"],
    ["a file that was moved", "scripts/test.js", "scripts/tests.js", "no scripts/tests.js"],
    ["a Dockerfile that was moved", "package/runner/Dockerfile", "package/Dockerfile", "no package/Dockerfile"],
    ["a job that is gone", "needs: image", "needs: images", "no job images"],
    ["an action without a version", "actions/checkout@v4", "actions/checkout@main", "loose actions/checkout@main"],
    [
      "rights for every job",
      "permissions:\n  contents: read",
      "permissions:\n  contents: write",
      "permissions of all jobs",
    ],
    ["a stored token", "secrets.GITHUB_TOKEN", "secrets.NPM_TOKEN", "secret NPM_TOKEN"],
  ])("fails when it has %s", (_, from, to, problem) => {
    expect(good).toContain(from);
    expect(problems(good.replace(from, to))).toEqual([problem]);
  });

  it("names the image in lower case, whatever the owner is called", () => {
    const { jobs } = yaml.load(good) as { jobs: Record<string, Job> };
    const { steps } = jobs["image"]!;
    const [output, environment] = [path.join(scratch, "output"), path.join(scratch, "environment")];
    const env = { GITHUB_REPOSITORY_OWNER: "Some-Org", GITHUB_OUTPUT: output, GITHUB_ENV: environment };
    execFileSync("bash", ["--norc", "-euo", "pipefail", "-c", steps[0]!.run!], { env, stdio: "ignore" });
    expect(readFileSync(environment, "utf8")).toBe("IMAGE=ghcr.io/some-org/backup321-runner\n");
    expect(readFileSync(output, "utf8")).toBe("image=ghcr.io/some-org/backup321-runner\n");
    expect(good).not.toContain("github.repository_owner");
  });

  it("publishes npm's package only after the image, and the image only from that package", () => {
    const { jobs } = yaml.load(good) as { jobs: Record<string, Job> };
    expect([jobs["image"]!.needs, jobs["publish"]!.needs]).toEqual(["package", "image"]);
    const build = jobs["image"]!.steps.find((step) => step.uses?.startsWith("docker/build-push-action"))!;
    expect(build.with).toMatchObject({ context: "package", platforms: "linux/amd64,linux/arm64", sbom: true });
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type SourceOptions, sourceSettings } from "../../runner/cli/stackSource";
import { runCli } from "../../runner/cli/program";
import { environmentOver, settingsOfFile, STACK_KEYS } from "../../runner/stackSettings";
import { failureOf } from "./readFixtures";

const NEVER = new AbortController().signal;
const OUTPUTS = {
  primaryBucketName: "shop-primary",
  replicaBucketName: "shop-replica",
  stateMachineArn: "arn:aws:states:eu-central-1:123456789012:stateMachine:shop",
  replicaTopicArn: "arn:aws:sns:eu-west-1:123456789012:shop",
  securityGroupId: "sg-1",
  objectives: [{ database: "orders", rpoMinutes: 1740, tiers: [{ name: "daily", tier: "daily", expireDays: 35 }] }],
};
const ENV_OF_OUTPUTS = {
  BACKUP321_BUCKET: "shop-primary",
  BACKUP321_REGION: "eu-central-1",
  BACKUP321_REPLICA_BUCKET: "shop-replica",
  BACKUP321_REPLICA_REGION: "eu-west-1",
  BACKUP321_DATABASES: "orders",
  BACKUP321_DATABASE: "orders",
  BACKUP321_RPO_MINUTES: "1740",
};

let dir: string;
beforeEach(() => (dir = mkdtempSync(path.join(tmpdir(), "backup321-stack-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const at = path.join(dir, name);
  writeFileSync(at, typeof content === "string" ? content : JSON.stringify(content));
  return at;
}

/** An environment whose `pulumi` is a script that says what it was asked. */
function withPulumi(script: string): Record<string, string> {
  const bin = path.join(dir, "bin");
  mkdirSync(bin);
  writeFileSync(path.join(bin, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}` };
}

const source = (env: Record<string, string>, options: SourceOptions = {}) =>
  sourceSettings(env, { cwd: dir, ...options }, NEVER);
const messageOf = async (env: Record<string, string>, options: SourceOptions = {}) =>
  (await failureOf(source(env, options))).message;

describe("the settings of a command", () => {
  it("are the environment alone where nothing else is named", async () => {
    expect(await source({ BACKUP321_BUCKET: "b" })).toEqual({ env: { BACKUP321_BUCKET: "b" }, stack: undefined });
  });

  it("come from backup321.json in the folder, from the file that is named by variable, or by option", async () => {
    file("backup321.json", { primaryBucketName: "silent" });
    const [named, given] = ["a.json", "b.json"].map((name) => file(name, { primaryBucketName: name }));
    expect((await source({})).env).toEqual({ BACKUP321_BUCKET: "silent" });
    const env = { BACKUP321_CONFIG: named! };
    expect((await source(env)).env).toMatchObject({ BACKUP321_BUCKET: "a.json" });
    expect((await source(env, { config: given })).env).toMatchObject({ BACKUP321_BUCKET: "b.json" });
  });

  it("leave the environment what it says, and keep a bucket and its region together", async () => {
    file("backup321.json", { ...OUTPUTS, securityGroupId: undefined, databases: ["orders", "ledger"] });
    const { env } = await source({
      BACKUP321_BUCKET: "other",
      BACKUP321_DATABASE: "ledger",
      BACKUP321_RPO_MINUTES: "5",
    });
    expect(env).toEqual({
      BACKUP321_BUCKET: "other",
      BACKUP321_REPLICA_BUCKET: "shop-replica",
      BACKUP321_REPLICA_REGION: "eu-west-1",
      BACKUP321_DATABASE: "ledger",
      BACKUP321_RPO_MINUTES: "5",
    });
  });

  it("come from the outputs of a stack, flat or in one of them, with the arguments that pulumi wants", async () => {
    const flat = withPulumi(`echo "$*" > ${dir}/asked; cat ${file("outputs", OUTPUTS)}`);
    const { env, stack } = await source(flat, { stack: "prod" });
    expect(env).toEqual({ ...flat, ...ENV_OF_OUTPUTS });
    expect(stack).toMatchObject({ primaryRegion: "eu-central-1", replicaRegion: "eu-west-1", databases: ["orders"] });
    expect(stack).not.toHaveProperty("securityGroupId");
    const asked = `stack output --json --non-interactive --stack prod --cwd ${dir}\n`;
    expect(readFileSync(path.join(dir, "asked"), "utf8")).toBe(asked);
    file("outputs", { url: "x", backup: OUTPUTS });
    expect((await source(flat, { stack: "prod" })).env).toEqual({ ...flat, ...ENV_OF_OUTPUTS });
  });

  it("come from the component that is named where a stack has two", async () => {
    const env = withPulumi(`cat ${file("outputs", { a: OUTPUTS, b: { ...OUTPUTS, primaryBucketName: "second" } })}`);
    expect((await source(env, { stack: "prod", component: "b" })).env).toMatchObject({ BACKUP321_BUCKET: "second" });
    expect(await messageOf(env, { stack: "prod" })).toBe(
      'stack "prod": it has several DatabaseBackups; choose with --component: a, b',
    );
    expect(await messageOf(env, { stack: "prod", component: "c" })).toBe(
      'stack "prod": its output "c" is no DatabaseBackup, which has a primaryBucketName',
    );
  });

  it("reach a command, below its own options", async () => {
    const config = file("c.json", { primaryBucketName: "from-file", primaryRegion: "eu-central-1" });
    const notes: string[] = [];
    const run = (...args: string[]) =>
      runCli(["list", "--side", "replica", ...args], {
        env: {},
        signal: NEVER,
        clock: () => new Date(0),
        out: () => undefined,
        note: (text) => void notes.push(text),
        isInteractive: false,
      });
    await run("--config", config, "--replica-bucket", "x");
    expect(notes).toEqual([
      "replica repository: BACKUP321_REPLICA_REGION is missing; set it to the replica's region, or give --replica-region",
    ]);
  });
});

describe("bad settings", () => {
  it("fails when a file has keys that mean nothing, or values that can't be, naming all of them", async () => {
    file("backup321.json", { primaryBucket: "x", primaryBucketName: "", restorerRoleArn: "role", databases: ["A"] });
    const message = await messageOf({});
    expect(message.split("\n")).toEqual([
      `configuration file ${dir}/backup321.json: 4 problems:`,
      "  - primaryBucketName: Too small: expected string to have >=1 characters",
      "  - databases.0: is no database's name in a repository",
      "  - restorerRoleArn: is no ARN",
      `  - primaryBucket is no setting; the settings are ${STACK_KEYS.join(", ")}`,
    ]);
  });

  it("fails when a file is no JSON, or is not there", async () => {
    const bad = file("bad.json", "{");
    expect(await messageOf({}, { config: bad })).toMatch(/^configuration file: .*bad\.json is no JSON: /);
    expect(await messageOf({ BACKUP321_CONFIG: `${dir}/gone.json` })).toBe(
      `configuration file: ${dir}/gone.json can't be read (ENOENT)`,
    );
  });

  it("fails when the stack that somebody names is not the one of the environment", async () => {
    const env = { ...withPulumi(`cat ${file("outputs", OUTPUTS)}`), BACKUP321_BUCKET: "staging" };
    const fix = "unset the variable, or give neither --stack nor --config";
    expect(await messageOf(env, { stack: "prod" })).toBe(
      `configuration: BACKUP321_BUCKET is staging, stack "prod" says shop-primary; ${fix}`,
    );
    expect((await source({ ...env, BACKUP321_BUCKET: "shop-primary" }, { stack: "prod" })).stack).toBeDefined();
    expect((await source(env, { stack: "prod", bucket: "staging" })).stack).toBeDefined();
    const config = file("c.json", { replicaBucketName: "r" });
    expect(await messageOf({ BACKUP321_REPLICA_BUCKET: "x" }, { config })).toBe(
      `configuration: BACKUP321_REPLICA_BUCKET is x, ${config} says r; ${fix}`,
    );
  });

  it("fails when options contradict each other", async () => {
    expect(await messageOf({}, { stack: "a", config: "b" })).toBe(
      "configuration: --stack and --config contradict each other; give one",
    );
    expect(await messageOf({}, { component: "a" })).toBe(
      "configuration: --component chooses an output of a stack; give --stack with it",
    );
  });

  it("fails when pulumi is missing, fails, says no JSON, or the stack has no backup", async () => {
    expect(await messageOf({ PATH: dir }, { stack: "prod" })).toBe(
      'stack "prod": there is no program pulumi in PATH; install it, or write a backup321.json',
    );
    const env = withPulumi(`. ${file("script", "echo no stack named >&2; exit 1")}`);
    expect(await messageOf(env, { stack: "prod" })).toBe('stack "prod": `pulumi stack output` failed: no stack named');
    file("script", "echo hello");
    expect(await messageOf(env, { stack: "prod" })).toBe(
      'stack "prod": `pulumi stack output --json` wrote no JSON object',
    );
    file("script", "echo '{}'");
    expect(await messageOf(env, { stack: "prod" })).toBe(
      'stack "prod": it has no output primaryBucketName, nor an object with one; export the DatabaseBackup, as in `export const backup = ...`',
    );
  });
});

describe("what follows from settings", () => {
  it("is one RPO only where all databases have the same", () => {
    const of = (...minutes: number[]) => {
      const objectives = minutes.map((rpoMinutes, i) => ({ database: `d${i}`, rpoMinutes, tiers: [] }));
      return environmentOver({}, settingsOfFile({ objectives }).settings);
    };
    expect(of(5, 5)).toMatchObject({ BACKUP321_RPO_MINUTES: "5", BACKUP321_DATABASES: "d0,d1" });
    expect(of(5, 6)).not.toHaveProperty("BACKUP321_RPO_MINUTES");
    expect(of(5, 5)).not.toHaveProperty("BACKUP321_DATABASE");
  });

  it("is no database's name where a list stands for all", () => {
    const objectives = [{ database: "*", rpoMinutes: 5, tiers: [] }];
    expect(settingsOfFile({ objectives }).settings.databases).toBeUndefined();
  });
});

import { BackupRunner, type BackupRunnerArgs, type DumpArgs, DumpShape } from "../../components";
import { LISTED, messageOf, RUNNER_ARGS } from "./fixtures";
import { byName, registered, SECRET, settle, startMocks } from "./mocks";

const KEY = `age1${"q".repeat(58)}`;
const OTHER_KEY = `age1${"p".repeat(58)}`;
const orders = { name: "orders", secretArn: SECRET };

async function environmentOf(args: Partial<BackupRunnerArgs>, family = "orders-dump-orders"): Promise<object> {
  await startMocks();
  new BackupRunner("orders", { ...RUNNER_ARGS, ...args });
  await settle();
  const [container] = JSON.parse(byName(family, "TaskDefinition").inputs.containerDefinitions);
  const settings = container.environment as { name: string; value: string }[];
  const all = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  const names = /SHAPE|WORKERS|LEVEL|PER_SECOND|STANDBY|LAG|AGE_|PASSWORDS|EXCLUDE/;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.test(name)));
}

describe("how a database is dumped", () => {
  it("is left to the runner where nothing is said", async () => {
    expect(await environmentOf({ databases: [orders] })).toEqual({});
  });

  it("is told to its task, its own settings before those of all", async () => {
    const dump = { workers: 4, compressionLevel: 9, ageRecipients: [KEY, OTHER_KEY], allowStandby: true };
    const own = {
      workers: 2,
      compressionLevel: undefined,
      shape: DumpShape.Parallel,
      excludeTableData: ["public.a,b"],
    };
    expect(await environmentOf({ dump, databases: [{ ...orders, dump: own }] })).toEqual({
      BACKUP321_WORKERS: "2",
      BACKUP321_COMPRESSION_LEVEL: "9",
      BACKUP321_SHAPE: "parallel",
      BACKUP321_AGE_RECIPIENTS: `${KEY},${OTHER_KEY}`,
      BACKUP321_ALLOW_STANDBY: "true",
      BACKUP321_EXCLUDE_TABLE_DATA: '["public.a,b"]',
    });
  });

  it("is told to the one task of a list", async () => {
    const settings = { maxMiBPerSecond: 50, rolePasswords: true, allowStandby: true, maxReplayLagSeconds: 60 };
    expect(await environmentOf({ ...LISTED, dump: settings }, "orders-dump")).toEqual({
      BACKUP321_MAX_MIB_PER_SECOND: "50",
      BACKUP321_ROLE_PASSWORDS: "true",
      BACKUP321_ALLOW_STANDBY: "true",
      BACKUP321_MAX_REPLAY_LAG_SECONDS: "60",
    });
  });

  it("tells the verification which keys to find, unless a database of its group has keys of its own", async () => {
    const dump = { ageRecipients: [KEY] };
    const verify = "orders-verify-1";
    expect(await environmentOf({ dump, databases: [orders] }, verify)).toEqual({ BACKUP321_AGE_RECIPIENTS: KEY });
    const own = { ...orders, dump: { ageRecipients: [OTHER_KEY] } };
    expect(await environmentOf({ dump, databases: [own] }, verify)).toEqual({});
  });

  it.each<[string, DumpArgs, string]>([
    ["no shape", { shape: "tree" as DumpShape }, 'dump.shape must be one of auto, single, parallel, got "tree"'],
    ["no worker", { workers: 0 }, "dump.workers must be a whole number from 1 to 16, got 0"],
    ["too many workers", { workers: 17 }, "dump.workers must be a whole number from 1 to 16, got 17"],
    [
      "a level that zstd has only with --ultra",
      { compressionLevel: 20 },
      "dump.compressionLevel must be a whole number from 1 to 19, got 20",
    ],
    ["a cap of nothing", { maxMiBPerSecond: 0 }, "dump.maxMiBPerSecond must be a whole number from 1 to 10000, got 0"],
    [
      "a lag of no standby",
      { maxReplayLagSeconds: 60 },
      "dump.maxReplayLagSeconds is given without dump.allowStandby: true; add it",
    ],
    ["no key", { ageRecipients: [] }, "dump.ageRecipients must hold 1 to 20 public keys, got 0"],
    [
      "a private key, which is not shown",
      { ageRecipients: [["AGE-SECRET-KEY", "1QQ"].join("-")] },
      "dump.ageRecipients[0] is a private key; give its public one (age-keygen -y), and make a new pair: this one has been in a program",
    ],
    [
      "another kind of key, which is not shown",
      { ageRecipients: [KEY.toUpperCase()] },
      "dump.ageRecipients[0] must be a public key like age1... of 62 characters, got 62 other characters",
    ],
    ["a key twice", { ageRecipients: [KEY, KEY] }, "dump.ageRecipients[1] is the same as another; keep one of them"],
    [
      "a table without its schema",
      { excludeTableData: ["log"] },
      'dump.excludeTableData[0] must be a table as schema.table, got "log"; write public.log',
    ],
    [
      "more tables than a task can be told",
      { excludeTableData: [`public.${"x".repeat(19_990)}`] },
      "dump.excludeTableData must be at most 20000 characters together, got 20001",
    ],
  ])("fails when there is %s", async (_, dump, problem) => {
    await startMocks();
    expect(messageOf(() => new BackupRunner("orders", { ...RUNNER_ARGS, dump }))).toBe(
      `BackupRunner "orders": ${problem}`,
    );
    const databases = [{ ...orders, dump }];
    expect(messageOf(() => new BackupRunner("orders", { ...RUNNER_ARGS, databases }))).toBe(
      `BackupRunner "orders": ${problem.replace(/dump\./g, "databases[0].dump.")}`,
    );
    await settle();
    expect(registered).toEqual([]);
  });

  it("may be what just fits", async () => {
    const dump = {
      ...{ workers: 16, compressionLevel: 19, maxMiBPerSecond: 1, allowStandby: true, maxReplayLagSeconds: 1 },
      ...{ ageRecipients: [KEY], excludeTableData: [`public.${"x".repeat(19_989)}`] },
    };
    expect(await environmentOf({ dump, databases: [orders] })).toMatchObject({ BACKUP321_WORKERS: "16" });
    // The standby may be allowed for all, its lag for one.
    const lagging = [{ ...orders, dump: { maxReplayLagSeconds: 60 } }];
    expect(await environmentOf({ dump: { allowStandby: true }, databases: lagging })).toEqual({
      BACKUP321_ALLOW_STANDBY: "true",
      BACKUP321_MAX_REPLAY_LAG_SECONDS: "60",
    });
  });
});

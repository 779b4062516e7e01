/** What a database is held against besides its RPO: from the arguments to what the function understands. */
import * as pulumi from "@pulumi/pulumi";
import {
  DatabaseBackup,
  type DatabaseBackupArgs,
  FreshnessCheck,
  type FreshnessThresholdsArgs,
} from "../../components";
import { parseFreshnessDatabases } from "../../runner/databaseList";
import { FRESHNESS_THRESHOLDS } from "../../runner/freshnessContract";
import { BACKUP_ARGS, FRESHNESS_ARGS, messageOf } from "./fixtures";
import { byName, registered, SECRET, settle, startMocks } from "./mocks";

const ORDERS = { name: "orders", secretArn: SECRET };
const WIDEST: Required<FreshnessThresholdsArgs> = {
  minStoredPercent: 0,
  minRowsPercent: 100,
  minTablesPercent: 0,
  maxIncompressiblePercent: 100,
  maxMoreExcludedTables: 1_000_000,
};

/** What a freshness function is told, as it understands it. */
async function told(name: string) {
  const { assets } = byName(name).inputs.code as pulumi.asset.AssetArchive;
  const text = await ((await assets)["databases.json"] as pulumi.asset.StringAsset).text;
  expect(parseFreshnessDatabases(text, ["daily"]).problems).toEqual([]);
  return parseFreshnessDatabases(text, ["daily"]).entries;
}

async function build(args: Partial<DatabaseBackupArgs>): Promise<void> {
  await startMocks();
  new DatabaseBackup("shop", { ...BACKUP_ARGS, ...args });
  await settle();
}

it("DatabaseBackup tells both checks what each database is held against, and nothing where nothing is said", async () => {
  const freshness = { minStoredBytes: 500_000_000, thresholds: { minRowsPercent: 30, maxMoreExcludedTables: 2 } };
  await build({
    databases: [
      { ...ORDERS, freshness },
      { ...ORDERS, name: "crm" },
    ],
  });
  for (const side of ["primary", "replica"]) {
    expect(await told(`shop-fresh-${side}-function`)).toEqual([
      { name: "crm", rpoMinutes: 1740 },
      { name: "orders", rpoMinutes: 1740, ...freshness },
    ]);
  }
});

it("every threshold that the function knows can be given, from end to end of its range", async () => {
  expect(Object.keys(WIDEST).sort()).toEqual(Object.keys(FRESHNESS_THRESHOLDS).sort());
  await build({ databases: [{ ...ORDERS, freshness: { minStoredBytes: 0, thresholds: WIDEST } }] });
  expect(await told("shop-fresh-primary-function")).toMatchObject([{ minStoredBytes: 0, thresholds: WIDEST }]);
  await startMocks();
  new FreshnessCheck("fresh", { ...FRESHNESS_ARGS, databases: [{ name: "orders", thresholds: WIDEST }] });
  await settle();
  expect(await told("fresh-function")).toMatchObject([{ name: "orders", thresholds: WIDEST }]);
});

it("DatabaseBackup fails with every setting that is out of its range, before anything is registered", async () => {
  await startMocks();
  const thresholds = {
    ...{ minStoredPercent: -1, minRowsPercent: 0.5, minTablesPercent: 101, maxIncompressiblePercent: 101 },
    maxMoreExcludedTables: 1_000_001,
  };
  const databases = [ORDERS, { ...ORDERS, name: "crm", freshness: { minStoredBytes: -1, thresholds } }];
  const percent = (name: string, got: number) =>
    `  - databases[1].freshness.thresholds.${name} must be a whole number from 0 to 100, got ${got}`;
  expect(messageOf(() => new DatabaseBackup("shop", { ...BACKUP_ARGS, databases }))).toBe(
    [
      'DatabaseBackup "shop": 6 problems:',
      "  - databases[1].freshness.minStoredBytes must be a whole number from 0 to 9007199254740991, got -1",
      percent("minStoredPercent", -1),
      percent("minRowsPercent", 0.5),
      percent("minTablesPercent", 101),
      percent("maxIncompressiblePercent", 101),
      "  - databases[1].freshness.thresholds.maxMoreExcludedTables must be a whole number from 0 to 1000000, got 1000001",
    ].join("\n"),
  );
  await settle();
  expect(registered).toEqual([]);
});

it("DatabaseBackup fails when a threshold is misspelt", () => {
  const freshness = { thresholds: { minRowPercent: 1 } } as never;
  expect(messageOf(() => new DatabaseBackup("shop", { ...BACKUP_ARGS, databases: [{ ...ORDERS, freshness }] }))).toBe(
    'DatabaseBackup "shop": databases[0].freshness.thresholds.minRowPercent is no argument; did you mean minRowsPercent?',
  );
});

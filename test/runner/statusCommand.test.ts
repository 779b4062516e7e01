import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { EXIT } from "../../runner/contract";
import { runCli } from "../../runner/cli/program";
import { S3Repository } from "../../runner/repository/s3Repository";
import { ClockedRepository, commitPoint } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const ID = "20261120T020000Z-cccccc";
const BEHIND = "newest recovery point 20261120T020000Z-cccccc is 60 minutes old; the RPO is 30 minutes";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "backup321-status-"));
  const orders = ClockedRepository.at("2026-11-20T02:10:00Z");
  await commitPoint(orders, ID);
  const own = (key: string) => key.replace("/ledger/", "/orders/");
  // Both databases have the same objects, so that nothing but what they are held against tells them apart.
  const renamed = <T extends { key: string }>(found: T, prefix: string): T =>
    prefix.includes("/ledger/") ? { ...found, key: found.key.replace("/orders/", "/ledger/") } : found;
  jest.spyOn(S3Repository.prototype, "list").mockImplementation(async function* (prefix, options) {
    const from = options?.startAfter;
    const listed = orders.list(own(prefix), from === undefined ? {} : { startAfter: own(from) });
    for await (const found of listed) yield renamed(found, prefix);
  });
  jest.spyOn(S3Repository.prototype, "listFolders").mockImplementation((prefix) => orders.listFolders(own(prefix)));
  jest.spyOn(S3Repository.prototype, "versionsOf").mockImplementation((key) => orders.versionsOf(own(key)));
  jest.spyOn(S3Repository.prototype, "head").mockImplementation((key) => orders.head(own(key)));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const objective = (database: string, rpoMinutes: number) => ({ database, rpoMinutes, tiers: [] });
const APART = [objective("orders", 90), objective("ledger", 30)];

/** Runs a command with a stack of these settings, kept in a file. */
async function run(args: string[], settings: object, more: Record<string, string> = {}) {
  const config = path.join(folder, "stack.json");
  const stack = { primaryBucketName: "shop-primary", primaryRegion: "eu-central-1", ...settings };
  writeFileSync(config, JSON.stringify(stack));
  const out: string[] = [];
  const notes: string[] = [];
  const code = await runCli([...args, "--config", config], {
    env: more,
    signal: new AbortController().signal,
    clock: () => NOW,
    out: (text) => void out.push(text),
    note: (text) => void notes.push(text),
    isInteractive: false,
  });
  return { code, out: out.join("\n"), notes: notes.join("\n") };
}

/** Database → the RPO it was held against, and what was found. */
async function judged(settings: object, args: string[] = [], env: Record<string, string> = {}) {
  const { out } = await run(["status", "--json", ...args], settings, env);
  const { judgements } = JSON.parse(out) as {
    judgements: { database: string; rpoMinutes: number; problems: { message: string }[] }[];
  };
  return Object.fromEntries(
    judgements.map(({ database, rpoMinutes, problems }) => [database, [rpoMinutes, problems.map((p) => p.message)]]),
  );
}

describe("the RPO of status", () => {
  it("is each database's own, by the stack: one is stale, the other is not", async () => {
    expect(await judged({ objectives: APART })).toEqual({ orders: [90, []], ledger: [30, [BEHIND]] });
    const swapped = [objective("orders", 30), objective("ledger", 90)];
    expect(await judged({ objectives: swapped })).toEqual({ orders: [30, [BEHIND]], ledger: [90, []] });
  });

  it("is shown in each row, and decides the exit code", async () => {
    const { code, out, notes } = await run(["status"], { objectives: APART });
    const rows = out.split("\n").map((line) => line.split("│").map((cell) => cell.trim()));
    expect(rows.filter((cells) => cells[2] === "primary").map((cells) => [cells[1], cells[3], cells[5]])).toEqual([
      ["orders", "healthy", "1h 30m"],
      ["ledger", "1 PROBLEM", "30m"],
    ]);
    expect(out.split("\n").at(-1)).toBe(`ledger (primary): stale: ${BEHIND}`);
    expect([code, notes]).toEqual([EXIT.unhealthy, "status: 1 of 2 unhealthy"]);
    const loose = [objective("orders", 90), objective("ledger", 60)];
    expect(await run(["status"], { objectives: loose })).toMatchObject({ code: EXIT.ok, notes: "" });
  });

  it("is the option's for all, and the environment's before the stack's", async () => {
    const all = (minutes: number) => ({ orders: [minutes, []], ledger: [minutes, []] });
    expect(await judged({ objectives: APART }, ["--rpo-minutes", "60"])).toEqual(all(60));
    const env = { BACKUP321_RPO_MINUTES: "70" };
    expect(await judged({ objectives: APART }, [], env)).toEqual(all(70));
    expect(await judged({ objectives: APART }, ["--rpo-minutes", "60"], env)).toEqual(all(60));
    // Also where it is what the stack says of databases without an objective.
    expect(await judged({ objectives: APART, rpoMinutes: 60 }, ["--rpo-minutes", "60"])).toEqual(all(60));
  });

  it("is the objective of all for a database without one, else the stack's one, else 26 hours", async () => {
    const databases = ["orders", "ledger"];
    const rpoOf = async (settings: object) =>
      Object.values(await judged({ databases, ...settings })).map(([minutes]) => minutes);
    expect(await rpoOf({ objectives: [objective("orders", 90), objective("*", 100)] })).toEqual([90, 100]);
    expect(await rpoOf({ objectives: [objective("orders", 90)], rpoMinutes: 70 })).toEqual([90, 70]);
    expect(await rpoOf({ objectives: [objective("orders", 90), objective("bills", 80)] })).toEqual([90, 1560]);
    expect(await rpoOf({})).toEqual([1560, 1560]);
  });
});

describe("alert", () => {
  it("holds each database to the stack's objective, as status does", async () => {
    const stateFile = path.join(folder, "state.json");
    writeFileSync(path.join(folder, "ping"), "https://ping.invalid/");
    const args = ["alert", "--state-file", stateFile, "--ping-url-file", path.join(folder, "ping")];
    const { code, out } = await run(args, { objectives: APART });
    expect([code, out]).toEqual([EXIT.ok, "2 judged, not all sound; 1 new alerts"]);
    const { entries } = JSON.parse(readFileSync(stateFile, "utf8")) as { entries: Record<string, { codes: string[] }> };
    expect(Object.entries(entries).map(([id, { codes }]) => [id, codes])).toEqual([
      ["freshness/shop-primary/orders/primary", []],
      ["freshness/shop-primary/ledger/primary", ["stale"]],
      ["freshness/shop-primary/*/primary", []],
    ]);
  });
});

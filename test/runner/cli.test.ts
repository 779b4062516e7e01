import { EXIT } from "../../runner/contract";
import { humanBytes, humanMinutes } from "../../runner/cli/format";
import { choosePoint } from "../../runner/cli/pointOptions";
import { buildProgram, runCli } from "../../runner/cli/program";
import { verificationText } from "../../runner/cli/verify";
import type { Verification } from "../../runner/verify";
import { ClockedRepository, commitPoint, failureOf } from "./readFixtures";

async function run(args: string[], env: Record<string, string> = {}, signal = new AbortController().signal) {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await runCli(args, {
    env,
    signal,
    clock: () => new Date("2026-11-20T03:00:00Z"),
    out: (text) => void out.push(text),
    note: (text) => void notes.push(text),
    isInteractive: false,
  });
  return { code, out: out.join("\n"), notes: notes.join("\n") };
}

const context = {
  env: {},
  signal: new AbortController().signal,
  clock: () => new Date(0),
  out: () => undefined,
  note: () => undefined,
  isInteractive: false,
};

describe("usage", () => {
  it.each(buildProgram(context).commands.map((command) => command.name()))(
    "of %s ends with runnable examples",
    async (name) => {
      const { code, out } = await run([name, "--help"]);
      expect(code).toBe(EXIT.ok);
      expect(out.split(/\n *Examples?:\n/)[1]).toMatch(/^( +.*backup321 .*\n?)+$/);
    },
  );

  it("names every exit code", async () => {
    const { out } = await run(["--help"]);
    for (const [name, code] of Object.entries(EXIT)) expect(out).toContain(`${code} ${name}`);
  });
});

describe("verificationText", () => {
  const object = {
    key: "dumps/daily/orders/x/tables-0001.sql.zst.age",
    versionId: "v",
    role: "tables" as const,
    storedBytes: 10,
    rawBytes: 20,
    rawSha256: null,
    tableOfContentsEntries: null,
    rows: null,
    replicationStatus: null,
  };
  const verification: Verification = {
    recoveryPointId: "20261120T020000Z-cccccc",
    database: "orders",
    tier: "daily",
    bucket: "b",
    region: "eu-central-1",
    startedAt: "2026-11-20T03:00:00.000Z",
    seconds: 1,
    healthy: true,
    problems: [],
    decryption: "notProven",
    objects: [object, { ...object, rows: 5 }, { ...object, tableOfContentsEntries: 7 }],
    comparedWith: "20261119T020000Z-bbbbbb",
    vanishedTables: ["public.gone", "public.also"],
    newlyExcludedTables: ["public.log"],
    comparisonProblem: null,
  };

  it("says what was seen, what was not, and what became of tables", () => {
    const lines = verificationText(verification).split("\n");
    expect(lines.filter((line) => line.includes("5 rows"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("7 entries"))).toHaveLength(1);
    expect(lines.slice(-3)).toEqual([
      "20261120T020000Z-cccccc: every stored byte agrees, decryption was not proven (1.0 s)",
      "vanished since 20261119T020000Z-bbbbbb: public.gone, public.also",
      "left out since 20261119T020000Z-bbbbbb: rows of public.log",
    ]);
  });

  it("says every byte only of what was decrypted or needed no key", () => {
    for (const decryption of ["proven", "notEncrypted"] as const) {
      const text = verificationText({ ...verification, decryption, comparisonProblem: "it is gone" });
      expect(text).toContain(": every byte agrees (1.0 s)");
      expect(text).toMatch(/\nnot compared with the point before: it is gone$/);
    }
    const unhealthy = verificationText({ ...verification, healthy: false, problems: ["a is wrong"] });
    expect(unhealthy).toContain("20261120T020000Z-cccccc: UNHEALTHY\na is wrong\n");
  });
});

describe("bad input", () => {
  const AWS = { AWS_REGION: "eu-central-1", BACKUP321_BUCKET: "b" };
  it.each<[string, string[], Record<string, string>, string]>([
    ["the command is unknown", ["lst"], {}, "error: unknown command 'lst'\n(Did you mean list?)"],
    ["an option is unknown", ["list", "--all"], {}, "error: unknown option '--all'"],
    [
      "the bucket and its region are missing",
      ["list"],
      {},
      "primary repository: 2 problems:\n  - BACKUP321_BUCKET is missing; set it to the bucket of the repository\n  - AWS_REGION is missing; set it to the bucket's region (or set BACKUP321_REGION)",
    ],
    [
      "the replica is asked for and not named",
      ["list", "--side", "replica"],
      AWS,
      "replica repository: 2 problems:\n  - BACKUP321_REPLICA_BUCKET is missing; set it to the replica's bucket, or give --replica-bucket\n  - BACKUP321_REPLICA_REGION is missing; set it to the replica's region, or give --replica-region",
    ],
    [
      "a database's name is none",
      ["list", "--database", "orders,Orders"],
      AWS,
      'databases: "Orders": a name is 1 to 63 characters of a-z, 0-9 and inner hyphens',
    ],
    [
      "the keys that a point must be encrypted to are none",
      ["verify", "--database", "orders"],
      { ...AWS, BACKUP321_AGE_RECIPIENTS: "age1wrong" },
      'verify: BACKUP321_AGE_RECIPIENTS: recipient 1 is no public key of age: "age1wrong"; a character is wrong or missing',
    ],
    [
      "the identity file of a verification holds no keys",
      ["verify", "--database", "orders", "--identity-file", "/dev/null"],
      AWS,
      "verify: identity file /dev/null holds no private key",
    ],
    [
      "no database is named to verify",
      ["verify"],
      AWS,
      "database (give --database): BACKUP321_DATABASE is missing; set it to the database's name in the repository",
    ],
    [
      "the server to restore into is not named",
      ["restore", "copy", "--database", "orders"],
      AWS,
      "database connection: 2 problems:\n  - PGHOST is missing; set it to the database server's host name\n  - PGUSER is missing; set it to the role to connect as",
    ],
    [
      "a limit is no number",
      ["list", "--limit", "0"],
      AWS,
      "error: option '--limit <n>' argument '0' is invalid. expected a whole number of 1 or more.",
    ],
    [
      "a tier's name is none",
      ["list", "--tier", "Daily"],
      AWS,
      "error: option '--tier <name>' argument 'Daily' is invalid. a name is 1 to 20 characters of a-z, 0-9 and inner hyphens.",
    ],
    [
      "the RPO is no number",
      ["status", "--rpo-minutes", "a day"],
      AWS,
      'status: BACKUP321_RPO_MINUTES must be a whole number from 1 to 527040, got "a day"',
    ],
    ["the side is unknown", ["status", "--side", "left"], AWS, 'status: --side must be primary or replica, got "left"'],
  ])("fails when %s", async (_, args, env, message) => {
    expect(await run(args, env)).toEqual({ code: EXIT.usage, out: "", notes: message });
  });
});

describe("an interrupted command", () => {
  it("ends with its own exit code whatever failed first", async () => {
    const stop = new AbortController();
    stop.abort();
    expect((await run(["list"], {}, stop.signal)).code).toBe(EXIT.interrupted);
  });
});

describe("choosing a point", () => {
  const NEW = "20261120T020000Z-cccccc";
  const OLD = "20261119T020000Z-bbbbbb";
  async function repository() {
    const filled = ClockedRepository.at("2026-11-20T02:10:00Z");
    await commitPoint(filled, OLD);
    await commitPoint(filled, NEW);
    return filled;
  }

  it("takes the newest, an id, or the newest as of a time", async () => {
    const filled = await repository();
    expect((await choosePoint(filled, "orders", {})).id).toBe(NEW);
    expect((await choosePoint(filled, "orders", { latest: true })).id).toBe(NEW);
    expect((await choosePoint(filled, "orders", { id: OLD })).id).toBe(OLD);
    expect((await choosePoint(filled, "orders", { asOf: "2026-11-20T02:59:59+01:00" })).id).toBe(OLD);
    expect((await choosePoint(filled, "orders", { asOf: "2026-11-20T03:00+01:00" })).id).toBe(NEW);
  });

  it("fails when options contradict each other, a time has no zone, or nothing is there", async () => {
    const filled = await repository();
    const messageFor = async (options: Parameters<typeof choosePoint>[2], database = "orders") =>
      (await failureOf(choosePoint(filled, database, options))).message;
    expect(await messageFor({ latest: true, id: OLD, asOf: "2026-11-20" })).toBe(
      "recovery points: --latest and --id and --as-of contradict each other; give one",
    );
    expect(await messageFor({ asOf: "2026-11-20T03:00" })).toBe(
      'recovery points: --as-of must be a time with its zone like 2026-11-20T02:00Z, got "2026-11-20T03:00"',
    );
    expect(await messageFor({ asOf: "2026-11-19" })).toBe(
      'recovery points: there is no recovery point of database "orders" in bucket "primary" (eu-central-1) taken at or before 2026-11-19T00:00:00.000Z; backup321 list shows what is there',
    );
    expect(await messageFor({}, "empty")).toBe(
      'recovery points: there is no recovery point of database "empty" in bucket "primary" (eu-central-1)',
    );
  });
});

describe("text for people", () => {
  it("has sizes and times in units", () => {
    expect([0, 1023, 1024, 1536, 5 * 2 ** 40].map(humanBytes)).toEqual([
      "0 B",
      "1023 B",
      "1.0 KiB",
      "1.5 KiB",
      "5.0 TiB",
    ]);
    expect([0.5, 59, 60, 1563, 2880].map(humanMinutes)).toEqual(["0m", "59m", "1h", "1d 2h 3m", "2d"]);
  });
});

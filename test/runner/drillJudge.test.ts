import { ArchivedRows } from "../../runner/drill/archivedRows";
import { parseAssertions } from "../../runner/drill/assertions";
import {
  allChecks,
  type AnswerValue,
  type AssertionAnswer,
  judgeAssertion,
  judgeFingerprint,
  judgeRecoveryTime,
  owedChecks,
  verdictOf,
} from "../../runner/drill/judge";
import { callerOf } from "../../runner/drill/ranBy";
import type { RestoredTable } from "../../runner/drill/restoredTables";
import { rolesIn, rolesSql } from "../../runner/drill/roles";
import { judgeRowCounts, rowsOfManifest } from "../../runner/drill/rowCounts";
import type { Manifest, ManifestTable } from "../../runner/manifestFormat";
import { manifestOf, pointAt } from "./readFixtures";

const BOOL = 16;
const NUMERIC = 1700;
const TEXT = 25;

describe("an assertion", () => {
  const judge = (answer: AssertionAnswer) => judgeAssertion({ name: "a", sql: "SELECT 1" }, answer);
  const value = (what: AnswerValue | null, typeOid: number) => judge({ kind: "value", value: what, typeOid });

  it.each<[AnswerValue, number]>([
    [true, BOOL],
    [1, 23],
    ["0.001", NUMERIC],
    ["-5", 20],
  ])("passes when the answer is %p", (what, typeOid) => {
    expect(value(what, typeOid)).toEqual({
      name: "assertion: a",
      passed: true,
      detail: `the answer is ${String(what)}`,
    });
  });

  it.each<[AnswerValue | null, number, string]>([
    [false, BOOL, "the answer is false"],
    [0, 23, "the answer is 0"],
    ["0.00", NUMERIC, "the answer is 0.00"],
    ["NaN", NUMERIC, "the answer is NaN"],
    [null, BOOL, "the answer is null"],
    ["true", TEXT, "the answer is neither a boolean nor a number; compare it with something in the query"],
  ])("fails when the answer is %p", (what, typeOid, detail) => {
    expect(value(what, typeOid)).toEqual({ name: "assertion: a", passed: false, detail });
  });

  it("fails when there is no row, no column, or an error, of which it keeps a bounded part", () => {
    expect(judge({ kind: "noRow" })).toMatchObject({ passed: false, detail: "the query returned no row" });
    expect(judge({ kind: "noColumn" })).toMatchObject({ passed: false, detail: "the query returned no column" });
    const long = judge({ kind: "error", message: "x".repeat(10_000) });
    expect(long).toEqual({ name: "assertion: a", passed: false, detail: `the query failed: ${"x".repeat(500)}` });
  });
});

describe("assertions in JSON", () => {
  it("are taken with a name and one query each", () => {
    const text = '[{"name":"a","sql":"SELECT true"}]';
    expect(parseAssertions(text)).toEqual({ assertions: [{ name: "a", sql: "SELECT true" }], problems: [] });
  });

  it.each([
    ["not JSON", 'is no JSON; expected like [{"name":"orders of today","sql":"SELECT ..."}]'],
    ['[{"name":"","sql":"SELECT 1"}]', "0.name: Too small: expected string to have >=1 characters"],
    [`[{"name":"${"n".repeat(101)}","sql":"SELECT 1"}]`, "0.name: Too big: expected string to have <=100 characters"],
    ['[{"name":"a","query":"SELECT 1"}]', "0.sql: Invalid input: expected string, received undefined"],
    ['[{"name":"a","sql":"1"},{"name":"a","sql":"2"}]', 'the name "a" is there twice'],
  ])("fail when they are %s", (text, problem) => {
    const { assertions, problems } = parseAssertions(text);
    expect(assertions).toEqual([]);
    expect(problems).toContain(problem);
  });
});

describe("recovery time", () => {
  it("passes up to the objective, and fails when it is a moment longer", () => {
    expect(judgeRecoveryTime(60, 60)).toEqual({
      name: "recoveryTime",
      passed: true,
      detail: "60.0 s, the objective is 60.0 s",
    });
    expect(judgeRecoveryTime(60.1, 60)).toEqual({
      name: "recoveryTime",
      passed: false,
      detail: "60.1 s, the objective is 60.0 s: 0.1 s too long",
    });
    expect(judgeRecoveryTime(1e9, null)).toBeUndefined();
  });
});

describe("the verdict", () => {
  const good = { name: "restore", passed: true, detail: "" };
  const bad = { name: "rowCounts", passed: false, detail: "" };

  it("is passed only when every check passed and nothing stayed closed", () => {
    expect(verdictOf([good], "notEncrypted")).toBe("passed");
    expect(verdictOf([good], "proven")).toBe("passed");
    expect(verdictOf([good], "notProven")).toBe("failed");
    expect(verdictOf([good, bad], "proven")).toBe("failed");
    expect(verdictOf([], "proven")).toBe("failed");
  });

  it("counts a check that was not come to as failed", () => {
    const request = { assertions: [{ name: "a", sql: "" }], rtoSeconds: 5, rehearseNextMajor: true };
    const owed = ["restore", "recoveryTime", "rowCounts", "schemaFingerprint", "assertion: a", "nextMajor"];
    expect(owedChecks(request)).toEqual(owed);
    expect(owedChecks({ assertions: [], rtoSeconds: null, rehearseNextMajor: false })).toEqual([
      "restore",
      "rowCounts",
      "schemaFingerprint",
    ]);
    const left = { name: "cleanUp", passed: false, detail: "left" };
    const checks = allChecks(["restore", "rowCounts"], [left, good]);
    expect(checks).toEqual([good, { ...bad, detail: "not come to: an earlier step failed" }, left]);
  });
});

describe("the schema's fingerprint", () => {
  it("passes when both are the same, and fails when they differ", () => {
    expect(judgeFingerprint("a".repeat(64), "a".repeat(64)).passed).toBe(true);
    expect(judgeFingerprint("a".repeat(64), "b".repeat(64))).toEqual({
      name: "schemaFingerprint",
      passed: false,
      detail:
        "tables, columns or types differ: the restored schema has bbbbbbbbbbbb, the manifest says aaaaaaaaaaaa; compare pg_dump --schema-only of both",
    });
  });
});

describe("row counts", () => {
  const table = (name: string, change: Partial<ManifestTable> = {}): ManifestTable => ({
    schema: "public",
    name,
    kind: "r",
    rowEstimate: -1,
    bytes: 0,
    ...change,
  });
  const data = (rows: number) => ({ object: 0, offset: 0, bytes: 1, rawBytes: 1, rows });
  const restored = (oid: number, name: string, rows: number | null, change: Partial<RestoredTable> = {}) => ({
    name: `"public"."${name}"`,
    oid,
    kind: rows === null ? "p" : "r",
    ancestors: [],
    isOfExtension: false,
    rows,
    ...change,
  });
  const manifest = (tables: ManifestTable[], excludedTables: string[] = []): Manifest => ({
    ...manifestOf(pointAt("20261120T020000Z-abcdef"), "v", Buffer.from(""), Buffer.from("")),
    tables,
    excludedTables,
  });
  const judge = (of: Manifest, found: RestoredTable[]) => judgeRowCounts(of, rowsOfManifest(of), found, "the manifest");

  it("pass when every table has as many as its ranges together, also none", () => {
    const of = manifest([
      table("a", { data: [data(2), data(3)] }),
      table("empty", { data: [] }),
      table("v", { kind: "m" }),
    ]);
    const view = restored(3, "v", null, { kind: "m" });
    expect(judge(of, [restored(1, "a", 5), restored(2, "empty", 0), view])).toEqual({
      name: "rowCounts",
      passed: true,
      detail: "5 rows in 2 tables, each as many as the manifest says",
    });
  });

  it("fail when a table lacks rows, has too many, is missing, or is nowhere counted, all in one sentence", () => {
    const names = ["few", "many", "gone", "uncounted"];
    const of = manifest(names.map((name) => table(name, name === "uncounted" ? {} : { data: [data(2)] })));
    const found = [restored(1, "few", 1), restored(2, "many", 3), restored(3, "uncounted", 0), restored(4, "extra", 1)];
    expect(judge(of, found).detail).toBe(
      [
        'missing tables: "public"."gone"',
        'the manifest does not say how many rows these have: "public"."uncounted"',
        '"public"."few" has 1 rows instead of 2, "public"."many" has 3 rows instead of 2, "public"."extra" has 1 rows instead of 0',
      ].join("; "),
    );
  });

  it("expect no rows of a table that was left out of the backup", () => {
    const of = manifest([table("log")], ["public.log"]);
    expect(judge(of, [restored(1, "log", 0)]).passed).toBe(true);
    expect(judge(of, [restored(1, "log", 1)]).passed).toBe(false);
  });

  it("compare a partitioned table as a whole where its rows may have changed partitions", () => {
    const root = { schema: "public", name: "root" };
    const of = manifest([
      table("root", { kind: "p" }),
      table("p1", { data: [data(4)], loadInto: root }),
      table("p2", { data: [data(1)], loadInto: root }),
    ]);
    const partitions = (one: number, two: number) => [
      restored(1, "root", null),
      restored(2, "p1", one, { ancestors: [1] }),
      restored(3, "p2", two, { ancestors: [1] }),
    ];
    expect(judge(of, partitions(2, 3)).passed).toBe(true);
    expect(judge(of, partitions(2, 2)).detail).toBe('"public"."root" has 4 rows instead of 5');
  });

  it("let an extension's own table have more than was dumped, but not less", () => {
    const of = manifest([]);
    const counted = new Map([['"public"."config"', 2]]);
    const found = (rows: number) => [restored(1, "config", rows, { isOfExtension: true })];
    expect(judgeRowCounts(of, counted, found(3), "the archive").passed).toBe(true);
    expect(judgeRowCounts(of, counted, found(1), "the archive").passed).toBe(false);
  });
});

describe("rows in an archive's text", () => {
  const text = [
    "SET row_security = off;",
    "COPY public.a (id, name) FROM stdin;",
    "1\tCOPY x.y FROM stdin;",
    "2\t\\\\.",
    "\\.",
    "",
    'COPY "odd schema"."with ""quotes""\nand (a) break" ("first, col") FROM stdin;',
    "only one",
    "\\.",
    "COPY public.none FROM stdin;",
    "\\.",
    "SELECT pg_catalog.setval('public.numbers', 5, true);",
    "",
  ].join("\n");

  it.each([1, 3, 1000])("are counted by table in chunks of %d bytes", (size) => {
    const rows = new ArchivedRows("UTF8");
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) rows.push(bytes.subarray(at, at + size));
    expect([...rows.byTable]).toEqual([
      ['"public"."a"', 2],
      ['"odd schema"."with ""quotes""\nand (a) break"', 1],
      ['"public"."none"', 0],
    ]);
  });

  it("are those of no table whose end mark is missing", () => {
    const rows = new ArchivedRows("UTF8");
    rows.push(Buffer.from("COPY public.a FROM stdin;\n1\n2\n"));
    expect(rows.byTable.size).toBe(0);
  });
});

describe("roles of the globals", () => {
  const hash = "SCRAM-" + "SHA-256$4096:x";
  const globals = [
    "CREATE ROLE postgres;",
    `ALTER ROLE postgres WITH NOSUPERUSER INHERIT LOGIN PASSWORD '${hash}';`,
    'CREATE ROLE "Odd ""Name""";',
    `ALTER ROLE "Odd ""Name""" WITH SUPERUSER NOINHERIT CREATEROLE LOGIN BYPASSRLS PASSWORD '${hash}' VALID UNTIL 'infinity';`,
    "ALTER ROLE postgres SET default_transaction_read_only TO 'on';",
    "CREATE ROLE reader;",
    "ALTER ROLE reader WITH NOSUPERUSER INHERIT NOLOGIN NOBYPASSRLS;",
    'GRANT reader TO "Odd ""Name""" WITH ADMIN OPTION, INHERIT FALSE GRANTED BY postgres;',
    "GRANT pg_monitor TO postgres GRANTED BY postgres;",
    "CREATE TABLESPACE fast OWNER postgres LOCATION '/disk';",
  ].join("\n");

  it("are made without passwords, settings or the right to sign in, and leave the restoring role as it is", () => {
    expect(rolesSql(rolesIn(globals), new Set(["postgres"]))).toEqual([
      'CREATE ROLE "Odd ""Name""" NOLOGIN SUPERUSER NOINHERIT BYPASSRLS',
      "CREATE ROLE reader NOLOGIN NOSUPERUSER INHERIT NOBYPASSRLS",
      'GRANT reader TO "Odd ""Name"""',
    ]);
  });

  it("name the tablespaces that are not made", () => {
    expect(rolesIn(globals).tablespaces).toEqual(["fast"]);
  });
});

describe("who runs a drill", () => {
  const ARN = "arn:aws:ecs:eu-central-1:123456789012:task/backup321/0123456789abcdef";
  const asked: string[] = [];
  const sources = (answer: unknown) => ({
    env: { ECS_CONTAINER_METADATA_URI_V4: "http://metadata/v4/1" },
    given: "somebody else",
    systemUser: () => "app@host",
    fetchJson: (url: string) => {
      asked.push(url);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });

  it("is the task in ECS, whatever anybody says", async () => {
    expect(await callerOf(sources({ TaskARN: ARN }))).toBe(ARN);
    expect(asked).toEqual(["http://metadata/v4/1/task"]);
  });

  it("is nobody when ECS does not say it", async () => {
    for (const answer of [{}, { TaskARN: "x" }, null, new Error("no answer")])
      expect(await callerOf(sources(answer))).toBeNull();
  });

  it("is elsewhere who is given, else the account of the operating system", async () => {
    const elsewhere = { ...sources({}), env: {} };
    expect(await callerOf(elsewhere)).toBe("somebody else");
    expect(await callerOf({ ...elsewhere, given: undefined })).toBe("app@host");
    expect(await callerOf({ ...elsewhere, given: undefined, systemUser: () => null })).toBeNull();
  });
});

import { excludedTables } from "../../runner/dump/postgres/exclusions";
import { lockProblem } from "../../runner/dump/postgres/lockCapacity";
import { permissionProblems } from "../../runner/dump/postgres/permissions";
import type { ReadRelation } from "../../runner/dump/postgres/relations";
import { standbyProblem } from "../../runner/dump/postgres/standby";
import { isProxied, isShared } from "../../runner/postgres/pooler";

const relation = (name: string, overrides: Partial<ReadRelation> = {}): ReadRelation => ({
  oid: 1,
  schema: "public",
  name,
  kind: "r",
  ancestors: [],
  mayUseSchema: true,
  maySelect: true,
  isFiltered: false,
  ...overrides,
});
const none = () => false;

describe("what a role may not read", () => {
  it("is nothing where it may read everything", () => {
    expect(permissionProblems("dumper", [relation("a"), relation("s", { kind: "S" })], none)).toEqual([]);
  });

  it("is named table by table, with the statement that mends it", () => {
    const relations = [
      relation("a", { maySelect: false }),
      relation('odd "name', { schema: "Sales", maySelect: false, mayUseSchema: false }),
      relation("p", { kind: "p", maySelect: false }),
      relation("a_id_seq", { kind: "S", maySelect: false }),
      relation("open"),
    ];
    expect(permissionProblems("dumper", relations, none)).toEqual([
      'role dumper has no USAGE on 1 schema; run: GRANT USAGE ON SCHEMA "Sales" TO "dumper"',
      'role dumper has no SELECT on 3 tables; run: GRANT SELECT ON TABLE "public"."a", "Sales"."odd ""name", "public"."p" TO "dumper"',
      'role dumper has no SELECT on 1 sequence; run: GRANT SELECT ON SEQUENCE "public"."a_id_seq" TO "dumper"',
    ]);
  });

  it("is a table whose rows row security filters, unless they are left out", () => {
    const filtered = [relation("tenants", { isFiltered: true })];
    expect(permissionProblems("dumper", filtered, none)).toEqual([
      'row security hides rows from role dumper in 1 table "public"."tenants"; run: ALTER ROLE "dumper" BYPASSRLS',
    ]);
    expect(permissionProblems("dumper", filtered, () => true)).toEqual([]);
  });

  it("is a table even where its rows are left out, since its definition is read", () => {
    expect(permissionProblems("dumper", [relation("a", { maySelect: false })], () => true)).toHaveLength(1);
  });

  it("is a large object that is another's", () => {
    expect(permissionProblems("dumper", [], none, [16400, 16401])).toEqual([
      'role dumper has no SELECT on 2 large objects; run: GRANT SELECT ON LARGE OBJECT 16400, 16401 TO "dumper"',
    ]);
  });

  it("names the first 200 of more", () => {
    const many = Array.from({ length: 203 }, (_, i) => relation(`t${i}`, { maySelect: false }));
    const [problem] = permissionProblems("dumper", many, none);
    expect(problem).toMatch(
      /^role dumper has no SELECT on 203 tables; run: GRANT .*"t199" TO "dumper" \(and 3 more\)$/,
    );
    expect(permissionProblems("dumper", many.slice(0, 200), none)[0]).not.toContain("more");
  });
});

describe("the server's lock table", () => {
  const stock = { maxLocksPerTransaction: 64, processes: 121, inUse: 0 };

  it("has room for some thousand tables where nothing was set", () => {
    // 64 x 121 x 0.85 = 6582.4, less 200 of the catalog's own.
    expect(lockProblem(6382, 0, stock)).toBeUndefined();
    expect(lockProblem(6000, 382, stock)).toBeUndefined();
    expect(lockProblem(6383, 0, stock)).toBeDefined();
    expect(lockProblem(6382, 0, { ...stock, inUse: 1 })).toBeDefined();
  });

  it("is too small for 50,000 tables, and says which size is enough", () => {
    const setting = 489;
    expect(lockProblem(50_000, 10, stock)).toBe(
      "50000 tables and 10 sequences must be locked at once, and the server's lock table has room for 7744 objects, of which a dump may take 85 % (max_locks_per_transaction 64 x 121 processes; 0 in use); set max_locks_per_transaction to 489 or more and restart the server",
    );
    expect(lockProblem(50_000, 10, { ...stock, maxLocksPerTransaction: setting })).toBeUndefined();
    expect(lockProblem(50_000, 10, { ...stock, maxLocksPerTransaction: setting - 1 })).toBeDefined();
  });
});

describe("a standby", () => {
  const limits = { allowStandby: true, maxReplayLagSeconds: 300 };

  it("may be dumped where that is allowed and it is not too far behind", () => {
    expect(standbyProblem("db:5432/shop", limits, 300)).toBeUndefined();
    expect(standbyProblem("db:5432/shop", limits, 0)).toBeUndefined();
  });

  it("is refused when it is further behind, with lag and limit", () => {
    expect(standbyProblem("db:5432/shop", limits, 300.2)).toBe(
      "db:5432/shop is a standby that is behind by 301 s, the limit is 300 s; let it catch up, raise BACKUP321_MAX_REPLAY_LAG_SECONDS, or point PGHOST at the primary",
    );
  });

  it("is refused when nobody can say how far it is behind", () => {
    expect(standbyProblem("db:5432/shop", limits, undefined)).toBe(
      "db:5432/shop is a standby that is behind and has replayed no transaction since it started, so nobody can say how far; let it catch up, or point PGHOST at the primary",
    );
  });

  it("is refused where it was not allowed, however fresh", () => {
    expect(standbyProblem("db:5432/shop", { ...limits, allowStandby: false }, 0)).toMatch(
      /^db:5432\/shop is a standby, .*; point PGHOST at the primary, or set BACKUP321_ALLOW_STANDBY=true$/,
    );
  });
});

describe("tables that are left out", () => {
  const table = (oid: number, schema: string, name: string, ancestors: number[] = []) => ({
    oid,
    schema,
    name,
    ancestors,
  });

  it("are found by schema and name, split at the first dot", () => {
    const tables = [
      table(1, "public", "log"),
      table(2, "public", "a.b"),
      table(3, "public.a", "b"),
      table(4, "x", "log"),
    ];
    expect(excludedTables(["public.log", "public.a.b"], tables)).toEqual({ oids: new Set([1, 2]), unknown: [] });
  });

  it("are all partitions of a partitioned table, at any depth, or one of them", () => {
    const tables = [
      table(1, "public", "events"),
      table(2, "public", "events_2026", [1]),
      table(3, "public", "events_2026_11", [2, 1]),
      table(4, "public", "other"),
    ];
    expect(excludedTables(["public.events"], tables).oids).toEqual(new Set([1, 2, 3]));
    expect(excludedTables(["public.events_2026_11"], tables).oids).toEqual(new Set([3]));
  });

  it("leave out nothing for a name that no table has, which is told", () => {
    expect(excludedTables(["public.gone"], [table(1, "public", "log")])).toEqual({
      oids: new Set(),
      unknown: ["public.gone"],
    });
  });
});

describe("a session behind a pooler", () => {
  it("is told by the PID that was announced to it", () => {
    expect(isProxied({ announced: 17, answering: 17 })).toBe(false);
    expect(isProxied({ announced: 17, answering: 18 })).toBe(true);
    expect(isProxied({ announced: null, answering: 18 })).toBe(true);
  });

  it("is its client's own when each session has one process, and no two the same", () => {
    expect(isShared([1, 1, 1], [2, 2])).toBe(false);
    expect(isShared([1, 1, 1], [1])).toBe(true);
    expect(isShared([1, 2, 1], [3, 3])).toBe(true);
    expect(isShared([1, 1, 1], [2, 3])).toBe(true);
  });
});

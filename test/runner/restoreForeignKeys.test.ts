import { restoreText } from "../../runner/cli/restoreText";
import type { ManifestTable } from "../../runner/manifestFormat";
import { contentsFrom } from "../../runner/postgres/tableOfContents";
import { selectTables } from "../../runner/postgres/tableSelection";
import type { RestoreResult } from "../../runner/restore";
import type { Definitions } from "../../runner/restoreDefinitions";
import { foreignKeyStatements } from "../../runner/restoreForeignKeys";
import { chooseContents } from "../../runner/restoreSelection";
import { manifestOf, pointAt } from "./readFixtures";

const table = (name: string, kind = "r"): ManifestTable => ({ schema: "public", name, kind, rowEstimate: 0, bytes: 0 });

/** As `pg_restore --list --verbose` prints it: lines of an order refer to orders, orders to customers, and to orders. */
const LIST = `217; 1259 16710 TABLE public customers postgres
218; 1259 16717 TABLE public orders postgres
219; 1259 16725 TABLE public lines postgres
220; 1259 16743 TABLE public m postgres
221; 1259 16744 TABLE public m1 postgres
;	depends on: 220
3223; 0 0 TABLE ATTACH public m1 postgres
;	depends on: 221 220
3398; 0 16710 TABLE DATA public customers postgres
;	depends on: 217
3243; 2606 16722 FK CONSTRAINT public orders orders_c_fkey postgres
;	depends on: 3229 218 217
3244; 2606 16727 FK CONSTRAINT public orders orders_self_fkey postgres
;	depends on: 218 218 3232
3245; 2606 16728 FK CONSTRAINT public lines lines_o_fkey postgres
;	depends on: 218 219 3232
3246; 2606 16738 FK CONSTRAINT public m m_c_fkey postgres
;	depends on: 220 3229 217`.split("\n");
const TABLES = [table("customers"), table("orders"), table("lines"), table("m", "p"), table("m1")];
const named = (...names: string[]) => TABLES.filter(({ name }) => names.includes(name));

/** As `pg_restore --file=-` prints it. */
const SQL = `--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
SET default_tablespace = '';

--
-- Name: orders orders_c_fkey; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_c_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE CASCADE;


--
-- Name: odd "x; orders "odd; key"; Type: FK CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE public."odd ""x;
    y"
    ADD CONSTRAINT "odd; key
ALTER TABLE it" FOREIGN KEY ("a;b") REFERENCES public.customers(id) DEFERRABLE NOT VALID;


--
-- PostgreSQL database dump complete
--
`.split("\n");

/** The archive; `asked` gets what pg_restore is called with, and what its list names. */
function archiveOf(asked: unknown[]): Definitions {
  const linesOf = (args: readonly string[]) => (args.includes("--list") ? LIST : SQL);
  return {
    ask: (args: readonly string[], make: (lines: AsyncIterable<string>) => unknown) => {
      asked.push(args);
      return make(
        (async function* () {
          await Promise.resolve();
          yield* linesOf(args);
        })(),
      );
    },
    list: (name: string, entries: { id: number }[]) => {
      asked.push([name, entries.map(({ id }) => id)]);
      return Promise.resolve(`/${name}.list`);
    },
  } as unknown as Definitions;
}

const ORDERS_KEY =
  "ALTER TABLE ONLY public.orders ADD CONSTRAINT orders_c_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON DELETE CASCADE;";
const ODD_KEY =
  'ALTER TABLE public."odd ""x;\n    y" ADD CONSTRAINT "odd; key\nALTER TABLE it" FOREIGN KEY ("a;b") REFERENCES public.customers(id) DEFERRABLE NOT VALID;';

describe("foreign keys that a restore of some tables leaves out", () => {
  const idsOf = async (...names: string[]) =>
    selectTables(await contentsFrom(LIST), TABLES, named(...names)).foreignKeys.map(({ id }) => id);

  it("are those of the named tables to tables without rows, and no others", async () => {
    expect(await idsOf("orders")).toEqual([3243]);
    expect(await idsOf("orders", "customers")).toEqual([]);
    expect(await idsOf("lines", "customers")).toEqual([3245]);
    expect(await idsOf("m")).toEqual([3246]);
    // The key is of the whole, which the partition gets back when it is attached to it.
    expect(await idsOf("m1")).toEqual([]);
  });

  it("are read from the archive as the statements that add them, with names that hold anything", async () => {
    const asked: unknown[] = [];
    const [entry] = await contentsFrom(["3243; 2606 16722 FK CONSTRAINT public orders orders_c_fkey postgres"]);
    expect(await foreignKeyStatements(archiveOf(asked), [entry!, entry!])).toEqual([ORDERS_KEY, ODD_KEY]);
    expect(asked).toEqual([
      ["foreignKeys", [3243, 3243]],
      ["--use-list=/foreignKeys.list", "--file=-"],
    ]);
  });

  it("are not looked for where there are none", async () => {
    const asked: unknown[] = [];
    expect(await foreignKeyStatements(archiveOf(asked), [])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it("are unknown, which keeps no table from coming back, when the archive defines fewer or more than its contents name", async () => {
    const [entry] = await contentsFrom(["3243; 2606 16722 FK CONSTRAINT public orders orders_c_fkey postgres"]);
    for (const count of [1, 3])
      expect(await foreignKeyStatements(archiveOf([]), Array(count).fill(entry))).toBeUndefined();
  });

  it("come with the choice of a restore", async () => {
    const asked: unknown[] = [];
    const manifest = {
      ...manifestOf(pointAt("20261120T020000Z-cccccc"), "v1", Buffer.alloc(1), Buffer.alloc(1)),
      shape: "single" as const,
      tables: TABLES,
    };
    const { foreignKeys, leftOut } = await chooseContents(archiveOf(asked), manifest, named("orders", "m"), false);
    expect(foreignKeys).toEqual([ORDERS_KEY, ODD_KEY]);
    expect(leftOut).toEqual(["foreign key orders_c_fkey of public.orders", "foreign key m_c_fkey of public.m"]);
    expect(asked).toContainEqual(["foreignKeys", [3243, 3246]]);
    const all = await chooseContents(archiveOf([]), manifest, undefined, false);
    expect(all.foreignKeys).toEqual([]);
  });
});

describe("the way back of a dropped table", () => {
  const result = {
    database: "look",
    leftOut: [],
    tampering: [],
    replaced: null,
    partitions: [],
    statisticsProblem: null,
    spaceWarning: null,
    rawBytes: 0,
    seconds: { preflight: 0, restore: 0, analyze: 0, total: 0 },
  } as unknown as RestoreResult;
  const COMMANDS = [
    "to bring dropped tables back into the live database, look at them here, then run these two:",
    `  pg_dump --table='"public"."orders"' --file=look.sql --dbname=look`,
    "  psql --single-transaction --set=ON_ERROR_STOP=1 --file=look.sql --dbname=<live-database>",
  ];

  it("ends with the foreign keys that are not in the copy, each a command", () => {
    const text = restoreText({ ...result, foreignKeys: [ORDERS_KEY, `${ORDERS_KEY.slice(0, -1)} -- it's`] }, [
      "public.orders",
    ]);
    expect(text.split("\n").slice(-6)).toEqual([
      ...COMMANDS,
      "WARNING, these foreign keys are not in the copy, where the tables that they refer to are empty; then add them again:",
      `  psql --command='${ORDERS_KEY}' --dbname=<live-database>`,
      `  psql --command='${ORDERS_KEY.slice(0, -1)} -- it'\\''s' --dbname=<live-database>`,
    ]);
  });

  it("names every partition, each once, since pg_dump takes a partitioned table without", () => {
    const partitions = ['"public"."orders"', '"public"."it\'s 2026"'];
    expect(
      restoreText({ ...result, foreignKeys: [], partitions }, ["public.orders"])
        .split("\n")
        .at(-2),
    ).toBe(`  pg_dump --table='"public"."orders"' --table='"public"."it'\\''s 2026"' --file=look.sql --dbname=look`);
  });

  it("is those two commands alone where every foreign key is in the copy", () => {
    expect(
      restoreText({ ...result, foreignKeys: [] }, ["public.orders"])
        .split("\n")
        .slice(-3),
    ).toEqual(COMMANDS);
    expect(restoreText({ ...result, foreignKeys: [ORDERS_KEY] })).not.toContain("psql");
  });
});

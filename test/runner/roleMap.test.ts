import type { Client } from "pg";
import { estimateSpace, spaceProblems, spaceWarning } from "../../runner/postgres/freeSpace";
import { mappedStatements } from "../../runner/postgres/roleMap";

const header = (name: string, type: string, owner: string) => [
  "--",
  `-- Name: ${name}; Type: ${type}; Schema: public; Owner: ${owner}`,
  "--",
  "",
];
const MAP = new Map([
  ["shop owner", "new, owner"],
  ["reader", "viewer"],
  ["maker", "baker"],
]);

describe("owners of a mapped archive", () => {
  it("are those of the statement that is the entry's own, and not of what a function's body holds", async () => {
    const lines = [
      ...header("f()", "FUNCTION", "reader"),
      "CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $$",
      "ALTER TABLE public.customers OWNER TO reader;",
      "$$;",
      "",
      "ALTER FUNCTION public.f() OWNER TO reader;",
      "",
      ...header("customers", "TABLE", "shop owner; Tablespace: fast"),
      "CREATE TABLE public.customers (id integer);",
      "ALTER TABLE ONLY public.customers FORCE ROW LEVEL SECURITY;",
      'ALTER TABLE public.customers OWNER TO "shop owner";',
      ...header("odd name", "TABLE", "admin"),
      'ALTER TABLE public."odd',
      'name" OWNER TO admin;',
      ...header("customers_pkey", "CONSTRAINT", "shop owner"),
      "ALTER TABLE ONLY public.customers",
      "    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);",
    ];
    expect(await mappedStatements(lines, MAP)).toEqual({
      owners: [
        'ALTER FUNCTION public.f() OWNER TO "viewer";',
        'ALTER TABLE public.customers OWNER TO "new, owner";',
        'ALTER TABLE public."odd\nname" OWNER TO admin;',
      ],
      privileges: [],
    });
  });
});

describe("privileges of a mapped archive", () => {
  it("name mapped roles as grantee, grantor and maker, and leave all else as it was", async () => {
    const lines = [
      ...header("TABLE customers", "ACL", "shop owner"),
      'REVOKE ALL ON TABLE public.customers FROM "shop owner";',
      "SET SESSION AUTHORIZATION maker;",
      "GRANT SELECT,INSERT ON TABLE public.customers TO reader WITH GRANT OPTION;",
      "RESET SESSION AUTHORIZATION;",
      'GRANT SELECT(id) ON TABLE public."a TO reader" TO PUBLIC;',
      'GRANT SELECT ON TABLE public."two',
      'lines" TO reader;',
      "",
      "SET default_tablespace = '';",
      "",
      ...header("DEFAULT PRIVILEGES FOR TABLES", "DEFAULT ACL", "maker"),
      "ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA public GRANT SELECT ON TABLES TO reader;",
      "",
      "--",
      "-- PostgreSQL database dump complete",
      "--",
      "",
      "\\unrestrict abc",
    ];
    expect(await mappedStatements(lines, MAP)).toEqual({
      owners: [],
      privileges: [
        'REVOKE ALL ON TABLE public.customers FROM "new, owner";',
        'SET SESSION AUTHORIZATION "baker";',
        'GRANT SELECT,INSERT ON TABLE public.customers TO "viewer" WITH GRANT OPTION;',
        "RESET SESSION AUTHORIZATION;",
        'GRANT SELECT(id) ON TABLE public."a TO reader" TO PUBLIC;',
        'GRANT SELECT ON TABLE public."two\nlines" TO "viewer";',
        'ALTER DEFAULT PRIVILEGES FOR ROLE "baker" IN SCHEMA public GRANT SELECT ON TABLES TO "viewer";',
      ],
    });
  });
});

describe("space on the server", () => {
  it("is a problem only where the rows don't fit by either measure, the source's tables and the bytes themselves", () => {
    const problems = (neededBytes: number, freeBytes: number | null, rawBytes: number | null) =>
      spaceProblems({ neededBytes, freeBytes }, rawBytes);
    expect(problems(100, 100, 200)).toEqual([]);
    expect(problems(100, null, 100)).toEqual([]);
    expect(problems(100, 99, 99)).toEqual([]);
    expect(problems(100, 99, null)).toEqual([]);
    expect(problems(100, 99, 200)).toEqual([
      "the server's disk has 99 bytes free, the rows themselves have 200, and the tables took 100 in the source; make room, or restore into another server",
    ]);
  });

  it("is warned of where the source's tables took more, which may be bloat", () => {
    expect(spaceWarning({ neededBytes: 100, freeBytes: 100 })).toBeNull();
    expect(spaceWarning({ neededBytes: 100, freeBytes: null })).toBeNull();
    expect(spaceWarning({ neededBytes: 100, freeBytes: 99 })).toBe(
      "the server's disk has 99 bytes free, the tables alone took 100 in the source, or less without bloat; a restore that runs out of space fails and drops what it made, but others on that disk fail with it",
    );
  });

  it("is counted of tables with rows of their own alone", async () => {
    const client = { query: () => Promise.reject(new Error("no right to ask")) } as unknown as Client;
    const tables = ["r", "p", "m", "f"].map((kind, index) => ({
      schema: "public",
      name: kind,
      kind,
      rowEstimate: 1,
      bytes: 10 ** index,
    }));
    expect(await estimateSpace(client, tables)).toEqual({ neededBytes: 1, freeBytes: null });
  });
});

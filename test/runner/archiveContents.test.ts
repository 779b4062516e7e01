import { compareContents, requirementsOf } from "../../runner/postgres/archiveContents";
import { requirementProblems, type ServerFacts, serverProblems } from "../../runner/restorePreflight";

const table = (schema: string, name: string, kind = "r") => ({ schema, name, kind, rowEstimate: 0, bytes: 0 });

describe("the table of contents of an archive", () => {
  const LIST = [
    "; Archive created at 2026-11-20 02:00:00 UTC",
    ";     TOC Entries: 17",
    "215; 1259 16388 TABLE public customers shopowner",
    "216; 1259 16396 TABLE public odd table admin",
    "217; 1259 16400 MATERIALIZED VIEW public totals admin",
    "218; 1259 16401 FOREIGN TABLE far away admin",
    "3353; 0 16388 TABLE DATA public ghost shopowner",
    "3352; 0 0 ACL public TABLE phantom admin",
  ];

  it("has every table of the manifest, of each kind", async () => {
    const tables = [
      table("public", "customers"),
      table("public", "odd table", "p"),
      table("public", "totals", "m"),
      table("far", "away", "f"),
    ];
    expect(await compareContents(LIST, tables)).toEqual({ entries: 6, missingTables: [] });
  });

  it("lacks what is only named as data, as a privilege, as another kind, or in part", async () => {
    const tables = [
      table("public", "ghost"),
      table("public", "phantom"),
      table("public", "totals"),
      table("public", "custom"),
    ];
    expect((await compareContents(LIST, tables)).missingTables).toEqual([
      "public.ghost",
      "public.phantom",
      "public.totals",
      "public.custom",
    ]);
  });
});

describe("what an archive needs", () => {
  const header = (name: string, type: string, owner: string) => [
    "--",
    `-- Name: ${name}; Type: ${type}; Schema: public; Owner: ${owner}`,
    "--",
    "",
  ];
  const SCHEMA = [
    ...header("citext", "EXTENSION", "-"),
    "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;",
    ...header("customers", "TABLE", "shop owner; Tablespace: fast"),
    "CREATE TABLE public.customers (id integer);",
    ...header("f()", "FUNCTION", "shop owner"),
    "    AS $$ -- Name: x; Type: TABLE; Schema: y; Owner: nobody",
    "GRANT ALL ON TABLE t TO nobody;",
    ...header("customers p", "POLICY", "-"),
    'CREATE POLICY p ON public.customers FOR SELECT TO auditor, "odd, ""role""" USING (true);',
    ...header("customers q", "POLICY", "-"),
    "CREATE POLICY q ON public.customers USING ((a TO b));",
    ...header("TABLE customers", "ACL", "shop owner"),
    "GRANT SELECT ON TABLE public.customers TO reader WITH GRANT OPTION;",
    'GRANT SELECT ON TABLE public.customers TO "Big Reader";',
    "GRANT SELECT ON TABLE public.customers TO PUBLIC;",
    "REVOKE USAGE ON SCHEMA public FROM loser;",
    ...header("DEFAULT PRIVILEGES FOR TABLES", "DEFAULT ACL", "maker"),
    "ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA public GRANT SELECT ON TABLES TO taker;",
  ];

  it("is read from headers, grants and policies, and from nothing inside a function", async () => {
    expect(await requirementsOf(SCHEMA)).toEqual({
      owners: new Set(["shop owner", "maker"]),
      grantees: new Set(["reader", "Big Reader", "loser", "taker", "maker"]),
      policyRoles: new Set(["auditor", 'odd, "role"']),
      extensions: new Set(["citext"]),
      tablespaces: new Set(["fast"]),
      ofDatabase: new Set(),
    });
  });

  it("names what belongs to the database itself, whose roles nobody needs", async () => {
    const entry = (name: string, type: string, sql: string) => [
      "--",
      `-- Name: ${name}; Type: ${type}; Schema: -; Owner: dba`,
      "--",
      "",
      sql,
    ];
    const needs = await requirementsOf([
      ...entry("shop", "DATABASE", "CREATE DATABASE shop;"),
      ...entry("DATABASE shop", "COMMENT", "COMMENT ON DATABASE shop IS 'all';"),
      ...entry("DATABASE shop", "ACL", "GRANT CONNECT ON DATABASE shop TO visitor;"),
      ...entry("shop", "DATABASE PROPERTIES", "ALTER DATABASE shop SET work_mem TO '7MB';"),
    ]);
    expect(needs.ofDatabase).toEqual(new Set(["comment", "privileges", "settings"]));
    expect([needs.owners, needs.grantees]).toEqual([new Set(), new Set()]);
  });

  const server: ServerFacts = {
    version: "15.18",
    major: 15,
    user: "admin",
    canCreateDatabases: true,
    databases: new Set(["shop"]),
    roles: new Set(["shop owner", "maker", "reader", "Big Reader", "loser", "taker", "auditor", 'odd, "role"']),
    extensions: new Set(["citext"]),
    tablespaces: new Set(["fast"]),
  };
  const everything = { noOwner: false, noAcl: false, noTablespaces: false };

  it("is no problem where the server has it all", async () => {
    expect(requirementProblems(await requirementsOf(SCHEMA), server, everything)).toEqual([]);
  });

  it("fails when the server lacks any of it, naming it with its fix", async () => {
    const bare = {
      ...server,
      roles: new Set(["admin"]),
      extensions: new Set<string>(),
      tablespaces: new Set<string>(),
    };
    expect(requirementProblems(await requirementsOf(SCHEMA), bare, everything)).toEqual([
      'owners that the server lacks: maker, shop owner; run CREATE ROLE "maker"; CREATE ROLE "shop owner", or restore with --no-owner',
      'roles with privileges that the server lacks: Big Reader, loser, maker, reader, taker; run CREATE ROLE "Big Reader"; CREATE ROLE "loser"; CREATE ROLE "maker"; CREATE ROLE "reader"; CREATE ROLE "taker", or restore with --no-acl',
      'roles in row security policies or user mappings that the server lacks: auditor, odd, "role"; run CREATE ROLE "auditor"; CREATE ROLE "odd, ""role"""',
      "extensions that the server lacks: citext; install their packages on the server",
      "tablespaces that the server lacks: fast; create them, or restore with --no-tablespaces",
    ]);
  });

  it("names the globals of the point where they help, and only there", async () => {
    const needs = await requirementsOf(SCHEMA);
    const of = (facts: ServerFacts) => requirementProblems(needs, facts, everything, "apply them");
    const globals =
      "the recovery point has the roles and tablespaces of its server in its globals; look through them, and apply them: apply them";
    expect(of({ ...server, roles: new Set(["admin"]) }).at(-1)).toBe(globals);
    expect(of({ ...server, tablespaces: new Set() }).at(-1)).toBe(globals);
    expect(of({ ...server, extensions: new Set() })).toEqual([
      "extensions that the server lacks: citext; install their packages on the server",
    ]);
    expect(of(server)).toEqual([]);
  });

  it("does not count what is left out", async () => {
    const bare = { ...server, roles: new Set(["auditor", 'odd, "role"']), tablespaces: new Set<string>() };
    const nothing = { noOwner: true, noAcl: true, noTablespaces: true };
    expect(requirementProblems(await requirementsOf(SCHEMA), bare, nothing)).toEqual([]);
  });
});

describe("the target server", () => {
  const source = {
    engine: "postgresql" as const,
    serverVersion: "15.18",
    clientVersion: "15.18",
    databaseName: "shop",
    encoding: "UTF8",
  };
  const server: ServerFacts = {
    version: "15.18",
    major: 15,
    user: "admin",
    canCreateDatabases: true,
    databases: new Set(["shop"]),
    roles: new Set(),
    extensions: new Set(),
    tablespaces: new Set(),
  };

  const into = (newDatabase: string) => ({ newDatabase });

  it("may be of the same major or a newer one, and has the name already where that is to be replaced", () => {
    const replace = { disconnectOthers: false, dropReplaced: false };
    expect(serverProblems(server, { ...into("shop"), replace }, source)).toEqual([]);
    expect(serverProblems(server, into("copy"), source)).toEqual([]);
    expect(serverProblems({ ...server, version: "17.2", major: 17 }, into("é".repeat(21)), source)).toEqual([]);
  });

  it("fails when the name is taken, the role may not create, and the server is older, all at once", () => {
    expect(
      serverProblems({ ...server, version: "14.9", major: 14, canCreateDatabases: false }, into("shop"), source),
    ).toEqual([
      'database "shop" exists already; choose another name, or replace it with --replace',
      'role "admin" can\'t create databases; run ALTER ROLE "admin" CREATEDB',
      "the server is PostgreSQL 14.9, the recovery point is of 15.18; restore into PostgreSQL 15 or newer",
    ]);
  });

  it("suggests nothing that would leave a live database with empty tables", () => {
    const taken = (what: { tables?: string[]; schemas?: string[]; schemaOnly?: boolean }) =>
      serverProblems(server, { ...into("shop"), ...what }, source);
    const rows =
      'database "shop" exists already; choose another name, or bring the rows into its empty tables with --data-only';
    expect(taken({ tables: ["public.orders"] })).toEqual([rows]);
    expect(taken({ schemas: ["public"] })).toEqual([rows]);
    expect(taken({ schemaOnly: true })).toEqual(['database "shop" exists already; choose another name']);
  });

  it("fails when the name is too long with its temporary ending, or a connection string", () => {
    expect(serverProblems(server, into("é".repeat(22)), source)).toEqual([
      `the new database's name must have 1 to 43 bytes, "${"é".repeat(22)}" has 44`,
    ]);
    expect(serverProblems(server, into("host=elsewhere"), source)).toEqual([
      'the new database\'s name must hold no "=", "://" or NUL, got "host=elsewhere"',
    ]);
  });
});

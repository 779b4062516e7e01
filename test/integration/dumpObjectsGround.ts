/** Objects of a dump, made from a real server into memory, and loaded again with stock tools alone. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { type CatalogTable, DEFAULT_DUMP_OPTIONS, type DumpContext } from "../../runner/dump/dumpContext";
import type { PlannedObject, ProducedObject } from "../../runner/dump/dumpSource";
import { readCatalog } from "../../runner/dump/postgres/catalog";
import { findClientProgram } from "../../runner/postgres/clientPrograms";
import { run } from "../support/processes";
import { type ThrowawayPostgres, withClient } from "../support/postgres";

/** An object that was produced. */
export interface Made {
  name: string;
  role: PlannedObject["role"];
  stored: Buffer;
  produced: ProducedObject;
}

/** Opens a snapshot of a database, holding every table as the coordinator does, and gives what objects are made from. */
export async function withContext<T>(
  server: ThrowawayPostgres,
  database: string,
  use: (context: DumpContext, coordinator: Client) => Promise<T>,
  overrides: Partial<Omit<DumpContext, "options">> & { options?: Partial<DumpContext["options"]> } = {},
): Promise<T> {
  const { settings } = server;
  return withClient({ ...settings, database }, async (client) => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const { rows } = await client.query<{ id: string; encoding: string }>(
      "SELECT pg_export_snapshot() AS id, getdatabaseencoding() AS encoding",
    );
    const catalog = await readCatalog(client);
    const tables: CatalogTable[] = catalog.relations.filter((relation) => !relation.isOfExtension);
    for (const { kind, schema, name } of tables) {
      const table = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
      if (kind === "r") await client.query(`LOCK TABLE ONLY ${table} IN ACCESS SHARE MODE`);
    }
    const env = { ...process.env, PATH: `${server.binDir}:${process.env.PATH}` };
    const path = env.PATH;
    const context: DumpContext = {
      settings: { ...settings, database, sslMode: "require", sslRootCert: undefined },
      env,
      path,
      serverMajor: 15,
      pgDump: await findClientProgram("pg_dump", 10, env),
      psql: await findClientProgram("psql", 10, env),
      pgDumpall: await findClientProgram("pg_dumpall", 10, env),
      snapshotId: rows[0]!.id,
      tables,
      excludedTables: new Set(),
      largeObjects: catalog.largeObjects,
      databaseBytes: 1_000_000,
      encoding: rows[0]!.encoding,
      cores: 2,
      lockWaitMs: 5_000,
      ...overrides,
      options: { ...DEFAULT_DUMP_OPTIONS, shape: "parallel", ...overrides.options },
    };
    return use(context, client);
  });
}

/** Produces an object into memory. */
export async function make(
  object: PlannedObject,
  signal = new AbortController().signal,
  onWrite: (position: number) => Promise<void> = () => Promise.resolve(),
): Promise<Made> {
  const chunks: Buffer[] = [];
  let position = 0;
  const sink = {
    get position() {
      return position;
    },
    write: async (chunk: Buffer) => {
      chunks.push(Buffer.from(chunk));
      position += chunk.length;
      await onWrite(position);
    },
  };
  const produced = await object.produce(sink, signal);
  return { name: object.name, role: object.role, stored: Buffer.concat(chunks), produced };
}

export async function makeAll(objects: readonly PlannedObject[]): Promise<Made[]> {
  const made: Made[] = [];
  for (const object of objects) made.push(await make(object));
  return made;
}

/** Loads objects into a new database, in the order that their roles demand. */
export async function loadWithStockTools(
  server: ThrowawayPostgres,
  made: readonly Made[],
  to: { database: string; encoding?: string; dir: string },
): Promise<void> {
  const { database, encoding = "UTF8", dir } = to;
  mkdirSync(dir, { recursive: true });
  for (const { name, stored } of made) writeFileSync(join(dir, name), stored);
  const locale = encoding === "UTF8" ? "" : " LC_COLLATE 'C' LC_CTYPE 'C'";
  await withClient(server.settings, (client) =>
    client.query(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING '${encoding}'${locale}`),
  );
  const env = { ...process.env, ...server.env, PGDATABASE: database, PATH: `${server.binDir}:${process.env.PATH}` };
  const sh = (script: string) => run("stock tools", "bash", ["-ec", `set -o pipefail; ${script}`], { env, cwd: dir });
  const restore = "pg_restore --exit-on-error";
  const of = (role: Made["role"]) => made.filter((object) => object.role === role).map(({ name }) => name);
  for (const name of of("database")) sh(`zstd -dc ${name} | ${restore} -d ${database}`);
  for (const name of of("schema")) sh(`zstd -dc ${name} | ${restore} --section=pre-data -d ${database}`);
  for (const name of of("tables")) sh(`zstd -dc ${name} | psql -Xq -v ON_ERROR_STOP=1`);
  for (const name of of("largeObjects")) sh(`zstd -dc ${name} | ${restore} -d ${database}`);
  for (const name of of("schema"))
    sh(`zstd -dc ${name} | ${restore} --section=data --section=post-data -d ${database}`);
}

/** What `pg_dump --schema-only` says about a database. */
export function definitions(server: ThrowawayPostgres, database: string): string {
  const env = { ...process.env, ...server.env, PGDATABASE: database };
  const text = run("definitions", join(server.binDir, "pg_dump"), ["--schema-only"], { env });
  // Newer ones write a random word around their output.
  return text.replace(/^\\(un)?restrict .*$/gm, "");
}

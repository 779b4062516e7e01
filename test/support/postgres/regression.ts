/** The database that PostgreSQL's own regression tests leave behind, from Debian's source package. */
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { downloadSource, requireArchive } from "../apt";
import { cacheDir, installOnce } from "../cache";
import { run } from "../processes";
import { findPostgres, openPath } from "./programs";
import { withClient } from "./server";
import type { ThrowawayPostgres } from "./server";

/** The major version that Debian 12 has the source of. A server runs the tests of its own major only. */
const MAJOR = 15;
const FOLDER = "src/test/regress";
const TEST_TIMEOUT_MS = 120_000;

/** Folder with `sql/`, `data/` and `parallel_schedule`: downloaded once (33 MB) into the cache. */
export async function ensureRegressionSql(say: (line: string) => void = () => undefined): Promise<string> {
  const version = run("postgres", join(findPostgres(), "postgres"), ["--version"]).trim();
  if (!version.includes(` ${MAJOR}.`))
    throw new Error(`the server is ${version}, and Debian's source that of ${MAJOR}`);
  const target = cacheDir(`postgresql-${MAJOR}-regress`);
  await installOnce(target, async (dir) => {
    await requireArchive("debian");
    say(`downloading the source of postgresql-${MAJOR} into ${target}`);
    const apt = join(dir, "apt");
    await downloadSource(apt, "debian", `postgresql-${MAJOR}`);
    const archive = readdirSync(apt).find((file) => file.includes(".orig.tar."));
    if (archive === undefined) throw new Error(`postgresql-${MAJOR}'s source package holds no .orig.tar`);
    const wanted = ["sql", "data", "parallel_schedule"].map((name) => `*/${FOLDER}/${name}`);
    run("tar", "tar", ["-x", "-f", join(apt, archive), "-C", dir, "--strip-components=4", "--wildcards", ...wanted]);
    rmSync(apt, { recursive: true });
  });
  return target;
}

/**
 * Runs the tests in their order on an empty database of a superuser, without C functions of their own, which are not compiled here:
 * what needs those fails, as does much that is meant to, and the rest stays behind.
 * @param folder what `ensureRegressionSql` returned
 * @param scratch folder below the temporary one; the server reads the data there
 * @param only names of tests; default all of the schedule
 */
export async function seedRegression(
  server: ThrowawayPostgres,
  database: string,
  folder: string,
  scratch: string,
  only?: readonly string[],
): Promise<void> {
  const readable = join(scratch, "regress");
  cpSync(folder, readable, { recursive: true });
  openPath(readable);
  const schedule = readFileSync(join(readable, "parallel_schedule"), "utf8").matchAll(/^test: (.*)$/gm);
  const tests = [...schedule].flatMap(([, names]) => names!.split(" ")).filter((name) => only?.includes(name) ?? true);
  const env = {
    ...server.env,
    PGDATABASE: database,
    PATH: process.env.PATH,
    PGTZ: "PST8PDT",
    PGDATESTYLE: "Postgres, MDY",
    PG_ABS_SRCDIR: readable,
    PG_ABS_BUILDDIR: scratch,
    PG_LIBDIR: "$libdir",
    PG_DLSUFFIX: ".so",
  };
  for (const name of tests) {
    const args = ["-X", "-q", "-f", join(readable, "sql", `${name}.sql`)];
    const { status, error } = spawnSync(join(server.binDir, "psql"), args, {
      env,
      stdio: "ignore",
      timeout: TEST_TIMEOUT_MS,
    });
    // 3 is an error where the file itself asks to stop there.
    if (error || (status !== 0 && status !== 3))
      throw new Error(`regression test ${name}: psql ended with ${error?.message ?? status}`);
  }
  await withClient({ ...server.settings, database }, async (client) => {
    // A materialized view comes back as its query finds it then, so what some tests left stale is brought up to date here.
    const { rows } = await client.query<{ name: string }>(
      "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'm' AND relispopulated ORDER BY oid",
    );
    for (const { name } of rows) await client.query(`REFRESH MATERIALIZED VIEW ${name}`);
  });
}

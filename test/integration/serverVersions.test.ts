// needs: postgres, majors
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DEFAULT_DUMP_OPTIONS, type DumpOptions } from "../../runner/dump/dumpContext";
import { PostgresSource } from "../../runner/dump/postgres";
import { findClientProgram } from "../../runner/postgres/clientPrograms";
import { postgresSettings } from "../../runner/postgres/connection";
import { failureOf, produce } from "../runner/readFixtures";
import { zstdDecompress } from "../runner/zstd";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { neighbourMajors, postgresMajor } from "../support/postgres/majors";
import { makeTls } from "../support/tls";

let dir: string;
beforeAll(() => (dir = mkdtempSync(path.join(tmpdir(), "backup321-versions-"))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const [older, newer] = neighbourMajors();

async function onMajor<T>(major: number, use: (server: ThrowawayPostgres) => Promise<T>): Promise<T> {
  const home = mkdtempSync(path.join(dir, "server-"));
  const binDir = await postgresMajor(major, home);
  const server = await throwawayPostgres({ dir: home, tls: makeTls(path.join(home, "tls")), binDir });
  try {
    await withClient(server.settings, (client) =>
      client.query("CREATE TABLE t (v int); INSERT INTO t VALUES (314159)"),
    );
    return await use(server);
  } finally {
    await server.stop();
  }
}
const sourceOf = (server: ThrowawayPostgres, dump: Partial<DumpOptions> = {}) => {
  const env = { ...server.env, PATH: process.env.PATH };
  const options = { ...DEFAULT_DUMP_OPTIONS, ...dump };
  return new PostgresSource({ settings: postgresSettings(env), env, clock: () => new Date(), dump: options });
};

it(`dumps PostgreSQL ${older} with a newer client, in both shapes`, async () => {
  await onMajor(older, async (server) => {
    for (const shape of ["single", "parallel"] as const) {
      const session = await sourceOf(server, { shape }).open();
      try {
        expect(session.source.serverVersion).toMatch(new RegExp(`^${older}\\.`));
        expect(parseInt(session.source.clientVersion)).toBeGreaterThan(older);
        const data = session.objects.find(({ role }) => role === "database" || role === "tables")!;
        const text = (await zstdDecompress(await produce({ ...session, objects: [data] }))).toString("latin1");
        expect(text).toContain("314159");
      } finally {
        await session.close();
      }
    }
  });
}, 120_000);

it(`fails on PostgreSQL ${newer}, naming the client to install`, async () => {
  // What this machine has of a newer one would rightly be taken.
  const has = await findClientProgram("pg_dump", newer, { PATH: process.env.PATH }).catch(() => undefined);
  expect(has).toBeUndefined();
  await onMajor(newer, async (server) => {
    const error = await failureOf(sourceOf(server).open());
    expect([error.exit, error.message]).toEqual([
      "preflight",
      expect.stringMatching(
        new RegExp(
          `^client programs: pg_dump ${newer} or newer is needed, found ${newer - 1}\\.\\d+ \\(/.*\\); install it, e\\.g\\. apt-get install postgresql-client-${newer} or brew install postgresql@${newer}$`,
        ),
      ),
    ]);
  });
}, 120_000);

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
import { report } from "../support/deepReport";
import { throwawayPostgres, type ThrowawayPostgres, withClient } from "../support/postgres";
import { neighbourMajors, otherMajors, postgresMajor } from "../support/postgres/majors";
import { makeTls } from "../support/tls";

let dir: string;
beforeAll(() => (dir = mkdtempSync(path.join(tmpdir(), "backup321-versions-"))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const IS_DEEP = process.env.BACKUP321_MAJORS === "all";
const [before, after] = neighbourMajors();
const { older, newer } = IS_DEEP ? otherMajors() : { older: [before], newer: [after] };

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

it.each(older)(
  "dumps PostgreSQL %d with a newer client, in both shapes",
  async (major) => {
    await onMajor(major, async (server) => {
      for (const shape of ["single", "parallel"] as const) {
        const session = await sourceOf(server, { shape }).open();
        try {
          expect(session.source.serverVersion).toMatch(new RegExp(`^${major}\\.`));
          expect(parseInt(session.source.clientVersion)).toBeGreaterThan(major);
          const data = session.objects.find(({ role }) => role === "database" || role === "tables")!;
          const text = (await zstdDecompress(await produce({ ...session, objects: [data] }))).toString("latin1");
          expect(text).toContain("314159");
        } finally {
          await session.close();
        }
      }
    });
    report(`PostgreSQL ${major}: dumped in both shapes by a newer client`);
  },
  120_000,
);

it.each(newer)(
  "fails on PostgreSQL %d, naming the client to install",
  async (major) => {
    // What this machine has of a newer one would rightly be taken.
    const has = await findClientProgram("pg_dump", major, { PATH: process.env.PATH }).catch(() => undefined);
    expect(has).toBeUndefined();
    await onMajor(major, async (server) => {
      const error = await failureOf(sourceOf(server).open());
      expect([error.exit, error.message]).toEqual([
        "preflight",
        expect.stringMatching(
          new RegExp(
            `^client programs: pg_dump ${major} or newer is needed, found ${before + 1}\\.\\d+ \\(/.*\\); install it, e\\.g\\. apt-get install postgresql-client-${major} or brew install postgresql@${major}$`,
          ),
        ),
      ]);
    });
    report(`PostgreSQL ${major}: refused before a byte was read, with the client to install`);
  },
  120_000,
);

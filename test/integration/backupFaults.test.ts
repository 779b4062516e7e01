// needs: postgres, versitygw
import { readFileSync } from "node:fs";
import path from "node:path";
import { throwawayPostgres, withClient } from "../support/postgres";
import { eventually } from "../support/standin/fixtures";
import type { Action, S3Call } from "../support/s3Proxy";
import { type BackupGround, contentsOf, type Run, seedNoise, startBackupGround } from "./backupGround";
import { expectNothingLeft, type FaultOptions, type FaultyBackup, faultyBackup } from "./faultyBackup";

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(32);
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(120_000);

const DATA = "dumps/daily/orders/\\S+/database\\.pgdump\\.zst";
/** Completions are asked for side by side. */
const ANY = "dumps/daily/orders/\\S+";
const LEFT = "objects are left without a manifest, so no reader takes them for a backup, until lifecycle expires them";
const MANIFEST = "manifests/daily/orders/\\S+\\.json";

const backup = (options: FaultOptions) => faultyBackup(ground, options);
const expectNothing = (result: FaultyBackup, code: number) => expectNothingLeft(ground, result, code);

describe("a dump that fails", () => {
  it.each([
    [
      "exits non-zero after 12 MiB",
      'head -c 12582912 /dev/urandom; echo "pg_dump: error: out of luck" >&2; exit 3',
      "dump: pg_dump exited with code 3: pg_dump: error: out of luck",
    ],
    ["is killed after 12 MiB", "head -c 12582912 /dev/urandom; kill -9 $$", "dump: pg_dump was killed by SIGKILL"],
    ["writes nothing although it exits 0", "exit 0", "dump: database.pgdump: the program exited 0 but wrote nothing"],
  ])("fails when pg_dump %s, and leaves nothing", async (_, script, message) => {
    const result = await backup({ env: { PATH: ground.wrapper("pg_dump", script) } });
    expect(result.problem).toBe(message);
    await expectNothing(result, 5);
  });

  it("lets the true pg_dump through the same wrapper", async () => {
    const result = await backup({ env: { PATH: ground.wrapper("pg_dump", 'exec "$REAL" "$@"') } });
    expect([result.ended.code, result.problem]).toEqual([0, ""]);
    expect((await contentsOf(ground.s3, result.bucket)).keys).toHaveLength(3);
  });

  it.each(["pg_dump", "zstd"])("fails when %s is killed in the middle, and leaves nothing", async (program) => {
    const result = await backup({ atPart2: (run) => expect(run.kill("SIGKILL", program)).toBe(true) });
    const stage = program === "zstd" ? "compress" : "dump";
    expect(result.problem).toBe(`${stage}: ${program} was killed by SIGKILL`);
    await expectNothing(result, 5);
  });

  it("fails when the session that holds snapshot and lock is ended, although pg_dump could go on", async () => {
    const end = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'";
    const result = await backup({
      atPart2: () => withClient(ground.source.settings, (client) => client.query(end)),
    });
    const { host, port } = ground.source.settings;
    expect(result.problem).toBe(
      `dump: the session that holds the snapshot of ${host}:${port}/shop was lost: terminating connection due to administrator command`,
    );
    await expectNothing(result, 5);
  });

  it("fails when the database server goes down in the middle, and leaves nothing", async () => {
    const server = await throwawayPostgres({ dir: path.join(ground.dir, "doomed"), tls: ground.tls });
    try {
      await seedNoise(server, 32);
      const data = path.join(ground.dir, "doomed", `postgres-${server.settings.port}`, "data");
      const pid = Number(readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n")[0]);
      const result = await backup({ env: server.env, atPart2: () => process.kill(pid, "SIGQUIT") });
      expect(result.problem).toMatch(
        /^dump: (pg_dump exited with code 1: pg_dump: error: |the session that holds the snapshot of \S+ was lost: )/,
      );
      await expectNothing(result, 5);
    } finally {
      await server.stop();
    }
  });
});

describe("storage that fails", () => {
  it.each<[string, Action, string]>([
    ["refuses part 3", { status: 403, code: "AccessDenied" }, "AccessDenied: by order of the test \\(HTTP 403\\)"],
    ["answers part 3 with faults", { status: 500, code: "InternalError" }, "InternalError: .*\\(HTTP 500\\)"],
    ["drops the connection at part 3", "drop", ".*"],
  ])("fails when it %s, and leaves nothing", async (_, action, cause) => {
    const result = await backup({ rule: ({ part }) => (part === 3 ? action : "forward") });
    expect(result.problem).toMatch(new RegExp(`^upload: repository: upload part 3 of ${DATA}: ${cause}; check the `));
    await expectNothing(result, 6);
  });

  it("takes a part that was dropped twice and came through the third time", async () => {
    let tries = 0;
    const result = await backup({ rule: ({ part }) => (part === 3 && (tries += 1) < 3 ? "drop" : "forward") });
    expect([result.ended.code, tries]).toEqual([0, 3]);
    expect((await contentsOf(ground.s3, result.bucket)).keys).toHaveLength(3);
  });

  it("fails when the completion is refused, and leaves nothing", async () => {
    const action: Action = { status: 403, code: "AccessDenied" };
    const result = await backup({ rule: ({ verb }) => (verb === "completeUpload" ? action : "forward") });
    expect(result.problem).toMatch(new RegExp(`^upload: repository: complete upload of ${ANY}: AccessDenied: .*403`));
    await expectNothing(result, 6);
  });

  it("fails when the completion never arrives, and leaves nothing", async () => {
    const result = await backup({ rule: ({ verb }) => (verb === "completeUpload" ? "drop" : "forward") });
    expect(result.problem).toMatch(
      new RegExp(
        `^upload: repository: complete upload of ${ANY}: .*; no clear answer, so it may or may not have happened`,
      ),
    );
    await expectNothing(result, 6);
  });

  it("fails when the completion's answer is lost, without a manifest", async () => {
    const isIt = ({ verb, path }: S3Call) => verb === "completeUpload" && path.includes("/database.");
    const result = await backup({ rule: (call) => (isIt(call) ? "loseAnswer" : "forward") });
    expect([result.ended.code, result.ended.stdout]).toEqual([6, ""]);
    expect(result.problem).toMatch(
      new RegExp(`^upload: repository: complete upload of ${DATA}: .*; and ${LEFT}: .*perhaps ${DATA}`),
    );
    // The data is there, and no reader looks at it: lifecycle expires it.
    expect(await contentsOf(ground.s3, result.bucket)).toEqual({
      keys: [expect.stringMatching(new RegExp(`^${DATA}$`)), expect.stringMatching(/globals\.sql\.zst$/)],
      uploads: [],
    });
  });

  it("fails when the manifest is refused, without a recovery point", async () => {
    const action: Action = { status: 403, code: "AccessDenied" };
    const result = await backup({ rule: ({ verb }) => (verb === "putObject" ? action : "forward") });
    expect([result.ended.code, result.ended.stdout]).toEqual([6, ""]);
    expect(result.problem).toMatch(new RegExp(`^commit: repository: put ${MANIFEST}: AccessDenied: .*403`));
    expect((await contentsOf(ground.s3, result.bucket)).keys).toEqual([
      expect.stringMatching(/^dumps/),
      expect.stringMatching(/^dumps/),
    ]);
  });

  it.each<[string, Action, number]>([
    ["never arrives", "drop", 2],
    ["is answered with faults", { status: 503, code: "SlowDown" }, 2],
    ["is stored but its answer is lost", "loseAnswer", 3],
  ])("says that the point may exist when the manifest %s", async (_, action, keys) => {
    const result = await backup({ rule: ({ verb }) => (verb === "putObject" ? action : "forward") });
    expect([result.ended.code, result.ended.stdout]).toEqual([7, ""]);
    expect(result.problem).toMatch(new RegExp(`^commit: repository: put ${MANIFEST}: `));
    expect((await contentsOf(ground.s3, result.bucket)).keys).toHaveLength(keys);
  });

  it("says so when the parts can't be removed either", async () => {
    const result = await backup({
      rule: ({ part, verb }) =>
        part === 3 || verb === "abortUpload" ? { status: 403, code: "AccessDenied" } : "forward",
    });
    expect(result.ended.code).toBe(6);
    expect(result.problem).toMatch(
      /^upload: repository: upload part 3 of .*; and the parts could not be removed: repository: abort upload of .* \(the bucket's lifecycle removes them after 3 days\)$/,
    );
    expect(await contentsOf(ground.s3, result.bucket)).toEqual({
      keys: [],
      uploads: [expect.stringMatching(/^dumps/)],
    });
  });
});

describe("a signal", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("%s in the middle ends the run and leaves nothing", async (signal) => {
    const result = await backup({ atPart2: (run) => run.kill(signal) });
    expect(result.problem).toBe("backup: stopped by a signal; nothing was committed");
    await expectNothing(result, 143);
  });

  it("ends a pg_dump that hangs", async () => {
    const hanging = ground.wrapper("pg_dump", "head -c 1048576 /dev/urandom; exec sleep 60");
    const isAsleep = (run: Run) => run.processes().some(({ args }) => args === "sleep 60") || undefined;
    const meanwhile = async (run: Run) => {
      await eventually("a pg_dump that writes nothing more", () => isAsleep(run));
      run.kill("SIGTERM");
    };
    const result = await backup({ env: { PATH: hanging }, meanwhile });
    expect(result.problem).toBe("backup: stopped by a signal; nothing was committed");
    await expectNothing(result, 143);
  });

  it("ends the run while storage does not answer any part", async () => {
    const result = await backup({
      atPart2: (run) => run.kill("SIGTERM"),
      rule: ({ part }) => (part >= 2 ? "stall" : "forward"),
    });
    expect(result.problem).toBe("backup: stopped by a signal; nothing was committed");
    await expectNothing(result, 143);
  });

  it("SIGKILL leaves no object, only an upload for lifecycle", async () => {
    const result = await backup({ atPart2: (run) => run.kill("SIGKILL") });
    expect(result.ended.code).toBe("SIGKILL");
    expect(await contentsOf(ground.s3, result.bucket)).toEqual({
      keys: [],
      uploads: [expect.stringMatching(/^dumps/)],
    });
  });
});

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { zstdDecompress } from "./zstd";
import { runBackup } from "../../runner/backup";
import { decodeManifest } from "../../runner/manifest";
import { RepositoryError } from "../../runner/repository/repository";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { StageError } from "../../runner/errors";
import { faulty } from "./faultyRepository";
import { config, dependencies, keysOf, memory, ScriptSource } from "./fixtures";

const DATA_KEY = "dumps/daily/orders/2026/11/20/20261120T020000Z-abcdef/database.pgdump.zst";
const MANIFEST_KEY = "manifests/daily/orders/2026/11/20/20261120T020000Z-abcdef.json";
const TWELVE_MIB = 12 * 1024 * 1024;
const never = new AbortController().signal;

async function failureOf(work: Promise<unknown>): Promise<StageError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof StageError)) throw new Error(`expected a StageError, got ${String(error)}`);
  return error;
}

async function expectNothingLeft(repository: MemoryRepository): Promise<void> {
  expect(await keysOf(repository)).toEqual([]);
  expect(repository.openUploads()).toEqual([]);
}

describe("a backup that succeeds", () => {
  it("stores the dump, then commits a manifest that describes every byte of it", async () => {
    const repository = memory();
    const source = new ScriptSource(`head -c ${TWELVE_MIB} /dev/urandom`);
    const { manifest } = await runBackup(dependencies(source, repository), config(), never);

    expect(await keysOf(repository)).toEqual([DATA_KEY, MANIFEST_KEY]);
    const stored = Buffer.concat(await (await repository.read(DATA_KEY)).toArray());
    const raw = await zstdDecompress(stored);
    const sha256 = (b: Buffer) => createHash("sha256").update(b).digest("hex");
    expect(manifest.objects[0]).toMatchObject({
      key: DATA_KEY,
      raw: { bytes: TWELVE_MIB, sha256: sha256(raw) },
      stored: { bytes: stored.length, sha256: sha256(stored) },
      parts: 3,
    });
    const text = String(Buffer.concat(await (await repository.read(MANIFEST_KEY)).toArray()));
    expect(decodeManifest(text, MANIFEST_KEY)).toEqual(manifest);
    expect(source.closed).toBe(1);
  });

  it("locks data and manifest for the tier's lifetime", async () => {
    const repository = memory();
    await runBackup(dependencies(new ScriptSource("echo hello"), repository), config(), never);
    for (const key of [DATA_KEY, MANIFEST_KEY]) {
      expect((await repository.head(key)).lock).toEqual({
        mode: "GOVERNANCE",
        retainUntil: new Date("2026-12-25T02:00:00.000Z"),
      });
    }
  });

  it("reports snapshot, progress, stored and committed, in this order", async () => {
    const events: { event: string }[] = [];
    await runBackup(dependencies(new ScriptSource("echo hello"), memory(), events as never), config(), never);
    const kinds = events.map((e) => e.event);
    expect(kinds).toEqual(["snapshot", "progress", "progress", "stored", "committed"]);
  });
});

describe("a backup that must not exist", () => {
  it("fails when the dump exits non-zero after 12 MiB, and leaves nothing", async () => {
    const repository = memory();
    const source = new ScriptSource(
      `head -c ${TWELVE_MIB} /dev/urandom; echo "pg_dump: error: out of luck" >&2; exit 3`,
    );
    const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
    expect(error.message).toBe("dump: sh exited with code 3: pg_dump: error: out of luck");
    expect(error.exitCode).toBe(5);
    await expectNothingLeft(repository);
    expect(source.closed).toBe(1);
  });

  it("fails when the dump is killed, and leaves nothing", async () => {
    const repository = memory();
    const source = new ScriptSource(`head -c ${TWELVE_MIB} /dev/urandom; kill -9 $$`);
    const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
    expect(error.message).toBe("dump: sh was killed by SIGKILL");
    expect(error.exitCode).toBe(5);
    await expectNothingLeft(repository);
  });

  it("fails when the dump writes nothing although it exits 0, and leaves nothing", async () => {
    const repository = memory();
    const error = await failureOf(runBackup(dependencies(new ScriptSource("true"), repository), config(), never));
    expect(error.message).toBe("dump: database.pgdump: the program exited 0 but wrote nothing");
    expect(error.exitCode).toBe(5);
    await expectNothingLeft(repository);
  });

  it("fails when the dump program is missing", async () => {
    const repository = memory();
    const source = new ScriptSource("exec no-such-program-here");
    const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
    expect(error.message).toMatch(/^dump: sh exited with code 127: .*not found$/);
    await expectNothingLeft(repository);
  });

  it("fails when zstd is missing, naming it, before anything is started in storage", async () => {
    const repository = faulty({});
    const started = jest.spyOn(repository, "startUpload");
    const deps = { ...dependencies(new ScriptSource("echo hello"), repository), path: "/nonexistent" };
    const error = await failureOf(runBackup(deps, config(), never));
    expect(error.message).toBe("preflight: zstd is not installed (looked for zstd); install it and run again");
    expect(error.exitCode).toBe(3);
    expect(started).not.toHaveBeenCalled();
    await expectNothingLeft(repository);
  });

  it.each(["sleep 30", "cat /dev/zero"])(
    "fails when zstd is killed, naming it, while the dump does: %s",
    async (dumping) => {
      const dir = mkdtempSync(path.join(tmpdir(), "backup321-zstd-"));
      // What holds its output open delays its exit code, so the broken pipe is always seen first.
      const fake = '#!/bin/sh\n[ "$1" = --version ] && exit 0\n(exec <&-; sleep 1) &\nsleep 0.2\nkill -9 $$\n';
      writeFileSync(path.join(dir, "zstd"), fake, { mode: 0o755 });
      const repository = memory();
      const source = new ScriptSource(`echo begun; exec ${dumping}`, undefined, `${dir}:${process.env.PATH}`);
      const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
      rmSync(dir, { recursive: true });
      expect(error.message).toBe("compress: zstd was killed by SIGKILL");
      expect(error.exitCode).toBe(5);
      await expectNothingLeft(repository);
    },
  );

  it("fails when storage refuses part 3, naming part and cause, and leaves nothing", async () => {
    const repository = faulty({ part: 3 });
    const source = new ScriptSource(`head -c ${4 * TWELVE_MIB} /dev/urandom`);
    const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
    expect(error.message).toBe(`upload: repository: upload part 3 of ${DATA_KEY}: AccessDenied: no (HTTP 403)`);
    expect(error.exitCode).toBe(6);
    await expectNothingLeft(repository);
  });

  it("fails in preflight when storage takes no upload, naming the bucket", async () => {
    const repository = faulty({
      start: new RepositoryError("start upload of", DATA_KEY, "accessDenied", "no (HTTP 403)"),
    });
    const source = new ScriptSource("echo never");
    const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
    expect(error.message).toBe(
      `preflight: bucket memory in eu-central-1 takes no upload: repository: start upload of ${DATA_KEY}: no (HTTP 403)`,
    );
    expect(error.exitCode).toBe(3);
    expect(source.closed).toBe(1);
    await expectNothingLeft(repository);
  });

  it("says so when the parts can't be removed, once per stage", async () => {
    const repository = faulty({
      part: 1,
      abort: new RepositoryError("abort upload of", DATA_KEY, "accessDenied", "no (HTTP 403)"),
    });
    const error = await failureOf(runBackup(dependencies(new ScriptSource("echo x"), repository), config(), never));
    expect(error.message).toBe(
      `upload: repository: upload part 1 of ${DATA_KEY}: AccessDenied: no (HTTP 403); and the parts could not be removed: repository: abort upload of ${DATA_KEY}: no (HTTP 403) (the bucket's lifecycle removes them after 3 days)`,
    );
    expect(error.exitCode).toBe(6);
    expect(await keysOf(repository)).toEqual([]);
  });

  it("fails when a signal arrives while storage answers no part, and leaves nothing", async () => {
    const stop = new AbortController();
    const repository = faulty({ stallFrom: 2, onPart: (n) => n === 2 && stop.abort() });
    const source = new ScriptSource("cat /dev/urandom");
    const error = await failureOf(runBackup(dependencies(source, repository), config(), stop.signal));
    expect(error.exitCode).toBe(143);
    expect(source.closed).toBe(1);
    await expectNothingLeft(repository);
  });

  it("fails when a completion has no clear answer, without a manifest", async () => {
    const repository = faulty({
      complete: () => new RepositoryError("complete upload of", DATA_KEY, "ambiguous", "no answer"),
    });
    const error = await failureOf(runBackup(dependencies(new ScriptSource("echo x"), repository), config(), never));
    expect(error.exitCode).toBe(6);
    await expectNothingLeft(repository);
  });

  it.each(["ambiguous", "alreadyExists"] as const)(
    "exits committed-unconfirmed when the manifest's put is %s",
    async (kind) => {
      const repository = faulty({ put: new RepositoryError("put", MANIFEST_KEY, kind, "lost") });
      const error = await failureOf(runBackup(dependencies(new ScriptSource("echo x"), repository), config(), never));
      expect(error.message).toBe(`commit: repository: put ${MANIFEST_KEY}: lost`);
      expect(error.exitCode).toBe(7);
    },
  );

  it("fails as an upload when the manifest is clearly refused", async () => {
    const repository = faulty({ put: new RepositoryError("put", MANIFEST_KEY, "accessDenied", "no") });
    const error = await failureOf(runBackup(dependencies(new ScriptSource("echo x"), repository), config(), never));
    expect(error.exitCode).toBe(6);
  });

  it("fails when a signal arrives mid-stream, ends the dump, and leaves nothing", async () => {
    const stop = new AbortController();
    const repository = faulty({ onPart: (n) => n === 2 && stop.abort() });
    const source = new ScriptSource("cat /dev/urandom");
    const error = await failureOf(runBackup(dependencies(source, repository), config(), stop.signal));
    expect(error.message).toBe("backup: stopped by a signal; nothing was committed");
    expect(error.exitCode).toBe(143);
    await expectNothingLeft(repository);
  });

  it("fails when the session that holds the snapshot is lost, and leaves nothing", async () => {
    const source = new ScriptSource("cat /dev/urandom");
    const repository = faulty({
      onPart: (n) => n === 2 && source.lose(new StageError("dump", "dump", "session lost")),
    });
    const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
    expect(error.message).toBe("dump: session lost");
    await expectNothingLeft(repository);
  });

  it("fails before the first byte when the estimate can't fit the buffer budget", async () => {
    const repository = memory();
    const source = new ScriptSource("echo never", 10 * 1024 ** 4);
    const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
    expect(error.exitCode).toBe(2);
    expect(error.message).toBe(
      "part plan: an estimated 10485760 MiB does not fit 10000 parts within bufferBudgetMiB 32 (at most 160000 MiB); raise bufferBudgetMiB to 2098 or more",
    );
    await expectNothingLeft(repository);
  });
});

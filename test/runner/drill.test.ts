import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { dumpKey, manifestKey } from "../../runner/contract";
import { type DrillDependencies, type DrillEvent, runDrill } from "../../runner/drill";
import { drillConfig } from "../../runner/drill/config";
import { localServer } from "../../runner/drill/localServer";
import { newestCompletePoint } from "../../runner/drill/newestComplete";
import { drillMetrics } from "../../runner/drill/record";
import { type DrillServer } from "../../runner/drill/server";
import { drillKey } from "../../runner/drillContract";
import { StageError } from "../../runner/errors";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { encodeManifest } from "../../runner/manifest";
import { ClockedRepository, commitPoint, failureOf, LOCK, manifestOf, pointAt } from "./readFixtures";
import { brokenDrill, drillRecord } from "./reportFixtures";

const NEW = "20261120T020000Z-cccccc";
const OLD = "20261119T020000Z-bbbbbb";
const NEVER = new AbortController().signal;

/** A point whose manifest came before its data. */
async function commitPending(repository: MemoryRepository, id: string): Promise<void> {
  const at = pointAt(id);
  const manifest = manifestOf(at, "not-there", Buffer.from("raw"), Buffer.from("stored"));
  await repository.putOnce(manifestKey(at), encodeManifest(manifest), LOCK);
}

describe("the newest complete point", () => {
  const at = new Date("2026-11-20T03:00:00Z");
  async function repositoryWith(newest: (repository: MemoryRepository, id: string) => Promise<unknown>) {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    await commitPoint(repository, OLD);
    await newest(repository, NEW);
    return repository;
  }

  it("is the newest where all of it is there", async () => {
    const repository = await repositoryWith(commitPoint);
    expect(await newestCompletePoint(repository, "replica", "orders", at)).toMatchObject({
      point: { id: NEW },
      passedOver: [],
    });
  });

  it("is one before it on a replica that still waits for the newest, which is named", async () => {
    const repository = await repositoryWith(commitPending);
    expect(await newestCompletePoint(repository, "replica", "orders", at)).toMatchObject({
      point: { id: OLD },
      passedOver: [`${NEW} was passed over: 1 of its 1 objects had not been replicated`],
    });
  });

  it("is the newest, whole or not, after a day of waiting, and on the primary", async () => {
    const repository = await repositoryWith(commitPending);
    const later = new Date("2026-11-21T02:10:00Z");
    expect((await newestCompletePoint(repository, "replica", "orders", later)).point.id).toBe(NEW);
    expect((await newestCompletePoint(repository, "primary", "orders", at)).point.id).toBe(NEW);
  });

  it("fails when there is none, or none is whole yet", async () => {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    const where = 'of database "orders" in bucket "primary" (eu-central-1)';
    const none = await failureOf(newestCompletePoint(repository, "replica", "orders", at));
    expect(none.message).toBe(`recovery points: there is no recovery point ${where}`);
    await commitPending(repository, NEW);
    const pending = await failureOf(newestCompletePoint(repository, "replica", "orders", at));
    expect(pending.message).toBe(
      `recovery points: there is no complete recovery point ${where}; ${NEW} was passed over: 1 of its 1 objects had not been replicated`,
    );
  });
});

describe("a drill", () => {
  const dead = (message: string): DrillServer => ({
    start: () => Promise.reject(new StageError("drill server", "preflight", message)),
  });
  async function drilled(change: Partial<DrillDependencies>, events: DrillEvent[] = [], signal = NEVER) {
    const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
    await commitPoint(repository, NEW);
    const records = ClockedRepository.at("2026-11-20T02:10:00Z");
    const record = await runDrill(
      {
        repository,
        side: "replica",
        records,
        server: dead("it is not there"),
        nextServer: dead("nor is this"),
        findProgram: () => Promise.reject(new Error("not asked for")),
        path: "",
        scratch: "",
        clock: () => new Date("2026-11-20T03:00:00Z"),
        random: () => "abcdef",
        toolVersion: "0.1.0",
        ranBy: null,
        onEvent: (event) => void events.push(event),
        ...change,
      },
      { database: "orders", rtoSeconds: 60, assertions: [], rehearseNextMajor: true, workers: 1 },
      signal,
    );
    return { record, records };
  }

  it("that can't begin has failed, with a record that says all it knows", async () => {
    const events: DrillEvent[] = [];
    const { record, records } = await drilled({}, events);
    const key = drillKey("orders", "20261120T030000Z-abcdef");
    expect(record).toMatchObject({
      drillId: "20261120T030000Z-abcdef",
      verdict: "failed",
      recoveryPoint: {
        id: NEW,
        tier: "daily",
        tables: 1,
        storedSha256: { [dumpKey(pointAt(NEW), "database.pgdump.zst")]: expect.any(String) },
      },
      versions: { tool: "0.1.0", server: null, client: null, sourceServer: "15.18" },
      decryption: "notEncrypted",
      rows: null,
    });
    expect(record.checks.map(({ name, passed, detail }) => [name, passed, detail.split(":")[0]])).toEqual([
      ["restore", false, "drill server"],
      ["recoveryTime", false, "not come to"],
      ["rowCounts", false, "not come to"],
      ["schemaFingerprint", false, "not come to"],
      ["nextMajor", false, "not come to"],
    ]);
    expect((await records.head(key)).metadata).toMatchObject({ verdict: "failed", recoverypoint: NEW });
    expect(events).toEqual([{ event: "finished", record, key }]);
  });

  it("says of a bug that it is one", async () => {
    const server: DrillServer = { start: () => Promise.reject(new TypeError("x is undefined")) };
    expect((await drilled({ server })).record.checks[0]!.detail).toBe("unexpected error: TypeError: x is undefined");
  });

  it("that leaves its server behind has failed, also when it was failing before", async () => {
    const left = () => Promise.reject(new StageError("drill server", "preflight", "the folder could not be removed"));
    const settings = {
      host: "/nowhere",
      port: 1,
      user: "u",
      password: "p",
      database: "d",
      sslMode: "disable" as const,
      sslRootCert: undefined,
    };
    const server: DrillServer = { start: async () => ({ settings, serverVersion: "15.1", major: 15, stop: left }) };
    const { record } = await drilled({ server, path: process.env.PATH! });
    expect(record.checks.filter(({ detail }) => !detail.startsWith("not come to")).map(({ name }) => name)).toEqual([
      "restore",
      "cleanUp",
    ]);
    expect(record.checks.at(-1)!.detail).toBe("drill server: the folder could not be removed");
  });

  it("that was stopped before it began is recorded all the same", async () => {
    const stop = new AbortController();
    stop.abort();
    const { record } = await drilled({}, [], stop.signal);
    expect(record.checks[0]).toEqual({ name: "restore", passed: false, detail: "drill: stopped by a signal" });
  });

  it("without a place for records stores none, and says so", async () => {
    const events: DrillEvent[] = [];
    const { record, records } = await drilled({ records: undefined }, events);
    expect(events).toEqual([{ event: "finished", record, key: null }]);
    await expect(records.head(drillKey("orders", record.drillId))).rejects.toThrow("there is no such object");
  });

  it("without a stored record has failed in its metrics too", async () => {
    const events: DrillEvent[] = [];
    const records = ClockedRepository.at("2026-11-20T02:10:00Z");
    await records.putOnce(drillKey("orders", "20261120T030000Z-abcdef"), "taken", LOCK);
    const error = await failureOf(drilled({ records }, events));
    expect(error.exit).toBe("unhealthy");
    expect(error.message).toMatch(
      /^drill: 20261120T030000Z-abcdef failed, but its record could not be stored in bucket "primary": .*exists/,
    );
    expect(events.at(-1)).toMatchObject({ event: "finished", key: null, record: { verdict: "failed" } });
  });
});

describe("the metrics of a drill", () => {
  it("have a time only when something was restored, or a failure would look fast", () => {
    expect(drillMetrics(drillRecord("2026-11-20"))).toEqual([
      { name: "DrillPassed", unit: "Count", value: 1 },
      { name: "DrillRestoreSeconds", unit: "Seconds", value: 602.5 },
    ]);
    expect(drillMetrics(brokenDrill("2026-11-20"))).toEqual([{ name: "DrillPassed", unit: "Count", value: 0 }]);
  });
});

describe("a server of our own", () => {
  const options = { env: {}, scratch: "", isRoot: false, user: undefined, password: () => "p" };
  const refusal = (change: object) => failureOf((async () => localServer({ ...options, ...change }))());

  it("fails when it would run as root, as a user that only root may choose, or as none", async () => {
    const asRoot = await refusal({ isRoot: true });
    expect(asRoot.exit).toBe("usage");
    expect(asRoot.message).toBe(
      "drill server: PostgreSQL refuses to run as root; give a user without rights with --server-user, e.g. --server-user postgres, or run the drill as another user",
    );
    expect((await refusal({ isRoot: true, user: "root" })).message).toBe(asRoot.message);
    expect((await refusal({ user: "postgres" })).message).toBe(
      "drill server: only root can run the server as another user, got --server-user postgres; leave it out",
    );
    expect((await refusal({ isRoot: true, user: "-u" })).message).toBe(
      'drill server: --server-user "-u" is no name of a user',
    );
  });

  it("is taken as an ordinary user, or by root for one", () => {
    expect(localServer(options)).toHaveProperty("start");
    expect(localServer({ ...options, isRoot: true, user: "postgres" })).toHaveProperty("start");
  });

  it("fails when no program of a server is new enough, naming the package, and leaves nothing", async () => {
    const scratch = mkdtempSync(path.join(tmpdir(), "backup321-none-"));
    try {
      const error = await failureOf(localServer({ ...options, scratch }).start(990, NEVER));
      expect(error.message).toMatch(
        /^client programs: postgres 990 or newer is needed, .*apt-get install postgresql-990 /,
      );
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});

describe("the configuration of a drill", () => {
  const options = { isRecorded: true, defaultWorkers: 2, isBeside: false };
  const PRIMARY = { BACKUP321_BUCKET: "primary", AWS_REGION: "eu-central-1" };

  it("has no objective and no assertion by default, and records on the primary", () => {
    expect(drillConfig(PRIMARY, options)).toEqual({
      rtoSeconds: null,
      assertions: [],
      rehearseNextMajor: false,
      nextMajorPort: undefined,
      workers: 2,
      records: { bucket: "primary", region: "eu-central-1" },
      identityFile: undefined,
      identity: undefined,
    });
    expect(drillConfig({}, { ...options, isRecorded: false }).records).toBeUndefined();
  });

  it("takes everything from the environment", () => {
    const env = {
      BACKUP321_RTO_MINUTES: "90",
      BACKUP321_DRILL_ASSERTIONS: '[{"name":"a","sql":"SELECT true"}]',
      BACKUP321_DRILL_REHEARSE_NEXT_MAJOR: "true",
      BACKUP321_DRILL_NEXT_MAJOR_PORT: "5433",
      BACKUP321_DRILL_RECORD_BUCKET: "records",
      BACKUP321_DRILL_RECORD_REGION: "eu-north-1",
    };
    expect(drillConfig({ ...PRIMARY, ...env }, { ...options, isBeside: true })).toMatchObject({
      rtoSeconds: 5400,
      assertions: [{ name: "a", sql: "SELECT true" }],
      rehearseNextMajor: true,
      nextMajorPort: 5433,
      records: { bucket: "records", region: "eu-north-1" },
    });
  });

  it("fails when anything is missing or wrong, naming all of it", async () => {
    const env = {
      BACKUP321_RTO_MINUTES: "0",
      BACKUP321_DRILL_ASSERTIONS: "{}",
      BACKUP321_DRILL_REHEARSE_NEXT_MAJOR: "true",
      BACKUP321_AGE_IDENTITY: "k",
      BACKUP321_AGE_IDENTITY_FILE: "/key",
    };
    const error = await failureOf((async () => drillConfig(env, { ...options, isBeside: true }))());
    expect(error.message).toBe(
      [
        "drill: 6 problems:",
        '  - BACKUP321_RTO_MINUTES must be a whole number from 1 to 527040, got "0"',
        "  - BACKUP321_DRILL_ASSERTIONS (top): Invalid input: expected array, received object",
        "  - BACKUP321_DRILL_NEXT_MAJOR_PORT is missing; set it to the port of the newer server beside the task, or leave BACKUP321_DRILL_REHEARSE_NEXT_MAJOR out",
        "  - BACKUP321_BUCKET is missing; set it to the bucket that the record goes to (or set BACKUP321_DRILL_RECORD_BUCKET, or give --no-record)",
        "  - AWS_REGION is missing; set it to the region of that bucket (or set BACKUP321_DRILL_RECORD_REGION)",
        "  - BACKUP321_AGE_IDENTITY_FILE and BACKUP321_AGE_IDENTITY are both set; unset one of them",
      ].join("\n"),
    );
  });
});

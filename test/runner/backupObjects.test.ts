import { runBackup } from "../../runner/backup";
import type { BackupEvent } from "../../runner/backupEvents";
import { StageError } from "../../runner/errors";
import { RepositoryError } from "../../runner/repository/repository";
import { faulty } from "./faultyRepository";
import { config, dependencies, keysOf, memory, NOW } from "./fixtures";
import { ObjectsSource, PART, plainObject, tablesObject } from "./objectsSource";
import { failureOf } from "./readFixtures";

const PREFIX = "dumps/daily/orders/2026/11/20/20261120T020000Z-abcdef/";
const MANIFEST_KEY = "manifests/daily/orders/2026/11/20/20261120T020000Z-abcdef.json";
const never = new AbortController().signal;
const DAY_MS = 86_400_000;
const LEFT = "objects are left without a manifest, so no reader takes them for a backup, until lifecycle expires them";

/** `a.zst` and `b.zst`; `b` does something of its own before it writes. */
const two = (b?: (signal: AbortSignal) => Promise<void>) =>
  new ObjectsSource({
    objects: [plainObject("a.zst", "aaa"), plainObject("b.zst", "bbb", (_, stop) => b?.(stop) ?? Promise.resolve())],
  });

describe("a recovery point of many objects", () => {
  it("completes no upload before every worker succeeded, and puts the manifest last", async () => {
    const repository = faulty({});
    const seen: string[][] = [];
    const look = async () => void seen.push([...repository.completed]);
    const objects = Array.from({ length: 9 }, (_, i) => plainObject(`o-${i}.zst`, `${i}`, look));
    const events: BackupEvent[] = [];
    const source = new ObjectsSource({ objects, workers: 3 });
    const { manifest } = await runBackup(dependencies(source, repository, events), config(), never);
    expect(seen).toEqual(Array.from({ length: 9 }, () => []));
    expect(manifest.objects.map(({ key }) => key)).toEqual(objects.map(({ name }) => PREFIX + name));
    expect(await keysOf(repository)).toEqual([...objects.map(({ name }) => PREFIX + name), MANIFEST_KEY]);
    const kinds = events.map(({ event }) => event);
    expect(kinds.lastIndexOf("progress")).toBeLessThan(kinds.indexOf("stored"));
    expect(kinds.slice(-2)).toEqual(["stored", "committed"]);
    expect(source.closed).toBe(1);
  });

  it("runs as many producers at once as there are workers", async () => {
    let running = 0;
    let most = 0;
    const produce = async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const objects = Array.from({ length: 8 }, (_, i) => plainObject(`o-${i}.zst`, "x", produce));
    await runBackup(dependencies(new ObjectsSource({ objects, workers: 3 }), memory()), config(), never);
    expect(most).toBe(3);
  });

  it("says in the manifest where each table is, over objects and ranges", async () => {
    const objects = [
      tablesObject("tables-0001.sql.zst", [{ table: "big", bytes: "1234", fromBlock: 5 }]),
      tablesObject("tables-0002.sql.zst", [
        { table: "big", bytes: "12", fromBlock: 0, toBlock: 5 },
        { table: "small", bytes: "123" },
      ]),
    ];
    const source = new ObjectsSource({ objects, tables: ["big", "none", "small"] });
    const { manifest } = await runBackup(dependencies(source, memory()), config(), never);
    expect(manifest.tables.map(({ name, data }) => [name, data])).toEqual([
      [
        "big",
        [
          { object: 1, offset: 0, bytes: 2, rawBytes: 4, rows: 1, fromBlock: 0, toBlock: 5 },
          { object: 0, offset: 0, bytes: 4, rawBytes: 8, rows: 1, fromBlock: 5 },
        ],
      ],
      ["none", undefined],
      ["small", [{ object: 1, offset: 2, bytes: 3, rawBytes: 6, rows: 1 }]],
    ]);
  });

  it("locks each object from its own creation, and promises the earliest of these", async () => {
    const repository = memory();
    let now = NOW.getTime();
    const hour = async () => void (now += 3_600_000);
    const objects = [plainObject("a.zst", "a", hour), plainObject("b.zst", "b", hour)];
    const source = new ObjectsSource({ objects, workers: 1 });
    const clock = () => new Date(now);
    const { manifest } = await runBackup({ ...dependencies(source, repository), clock }, config(), never);
    const lockOf = async (key: string) => (await repository.head(key)).lock!.retainUntil.getTime() - NOW.getTime();
    expect(await lockOf(`${PREFIX}a.zst`)).toBe(35 * DAY_MS);
    expect(await lockOf(`${PREFIX}b.zst`)).toBe(35 * DAY_MS + 3_600_000);
    expect(await lockOf(MANIFEST_KEY)).toBe(35 * DAY_MS + 7_200_000);
    expect(manifest.lock.retainUntil).toBe(new Date(NOW.getTime() + 35 * DAY_MS).toISOString());
  });

  it("names the recipients in the manifest where objects are encrypted, and only there", async () => {
    const recipients = [["age1", "q".repeat(58)].join("")];
    const { manifest } = await runBackup(dependencies(two(), memory()), config({ ageRecipients: recipients }), never);
    expect(manifest.encryption).toEqual({ format: "age", recipients });
    expect(manifest.objects.map(({ encryption }) => encryption)).toEqual(["age", "age"]);
    const plain = (await runBackup(dependencies(two(), memory()), config(), never)).manifest;
    expect(plain).not.toHaveProperty("encryption");
    expect(plain.objects[0]).not.toHaveProperty("encryption");
  });
});

describe("many objects of which one fails", () => {
  it("fails with the first cause, after every other worker was stopped, and aborts all uploads", async () => {
    const repository = faulty({});
    const ended: string[] = [];
    const untilStopped = (name: string) => async (_: unknown, stop: AbortSignal) => {
      await new Promise((resolve) => stop.addEventListener("abort", resolve));
      await new Promise((resolve) => setImmediate(resolve));
      ended.push(name);
      throw new Error(`${name} was stopped`);
    };
    const objects = [
      plainObject("a.zst", "a", untilStopped("a")),
      plainObject("b.zst", "b", async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw new StageError("dump", "dump", "psql exited with code 3");
      }),
      plainObject("c.zst", "c", untilStopped("c")),
      plainObject("d.zst", "d", async () => void ended.push("d has begun")),
    ];
    const source = new ObjectsSource({ objects, workers: 3 });
    const error = await failureOf(runBackup(dependencies(source, repository), config(), never));
    expect([error.message, error.exitCode]).toEqual(["dump: psql exited with code 3", 5]);
    expect(ended.sort()).toEqual(["a", "c"]);
    expect([repository.completed, await keysOf(repository), repository.openUploads()]).toEqual([[], [], []]);
    expect(source.closed).toBe(1);
  });

  it.each([
    ["ambiguous", "perhaps "],
    ["refused", "perhaps "],
    ["accessDenied", undefined],
  ] as const)("fails when a completion is %s, naming the objects that are left", async (kind, left) => {
    const refusal = (key: string) =>
      key.endsWith("b.zst") ? new RepositoryError("complete upload of", key, kind, "no") : undefined;
    const repository = faulty({ complete: refusal });
    const error = await failureOf(runBackup(dependencies(two(), repository), config(), never));
    const orphans = [...(left === undefined ? [] : [`${left}${PREFIX}b.zst`]), `${PREFIX}a.zst`];
    expect(error.message).toBe(
      `upload: repository: complete upload of ${PREFIX}b.zst: no; and ${LEFT}: ${orphans.join("; ")}`,
    );
    expect(error.exitCode).toBe(6);
    expect([await keysOf(repository), repository.openUploads()]).toEqual([[`${PREFIX}a.zst`], []]);
  });

  it("begins no further completion after one failed", async () => {
    const objects = Array.from({ length: 12 }, (_, i) => plainObject(`o-${i + 10}.zst`, "x"));
    const repository = faulty({ complete: (key) => new RepositoryError("complete upload of", key, "refused", "no") });
    await failureOf(runBackup(dependencies(new ObjectsSource({ objects }), repository), config(), never));
    expect(repository.completed).toHaveLength(4);
  });

  it("says how many objects are left when the manifest is refused", async () => {
    const repository = faulty({ put: new RepositoryError("put", MANIFEST_KEY, "accessDenied", "no") });
    const error = await failureOf(runBackup(dependencies(two(), repository), config(), never));
    expect(error.message).toBe(
      `commit: repository: put ${MANIFEST_KEY}: no; its 2 data object(s) are left without it, so no reader takes them for a backup, until lifecycle expires them`,
    );
    expect(error.exitCode).toBe(6);
  });

  it("fails as an upload when storage takes no further one once bytes are stored, and in preflight before", async () => {
    const refuse = new RepositoryError("start upload of", "k", "accessDenied", "no");
    const repository = faulty({});
    const objects = [plainObject("a.zst", PART), plainObject("b.zst", "b")];
    repository.fault.onPart = () => void (repository.fault.start = refuse);
    const late = await failureOf(
      runBackup(dependencies(new ObjectsSource({ objects, workers: 1 }), repository), config(), never),
    );
    expect([late.message, late.exitCode]).toEqual(["upload: repository: start upload of k: no", 6]);
    const early = await failureOf(runBackup(dependencies(two(), faulty({ start: refuse })), config(), never));
    expect(early.exitCode).toBe(3);
  });
});

describe("a signal", () => {
  it("fails between completions when one arrives, naming what is complete", async () => {
    const stop = new AbortController();
    const repository = faulty({ complete: (key) => void (key.endsWith("a.zst") && stop.abort()) });
    const error = await failureOf(runBackup(dependencies(two(), repository), config(), stop.signal));
    expect(error.exitCode).toBe(143);
    expect(error.message).toContain(`backup: stopped by a signal; nothing was committed; and ${LEFT}: `);
    expect(error.message).toContain(`${PREFIX}a.zst`);
    expect(repository.openUploads()).toEqual([]);
  });

  it("fails when storage never answers a completion, and leaves the wait in time", async () => {
    const stop = new AbortController();
    const complete = (key: string) => void (key.endsWith("b.zst") && stop.abort());
    const repository = faulty({ silentComplete: "b.zst", complete });
    const patience = { answerMs: 20, cleanUpMs: 1000 };
    const error = await failureOf(runBackup({ ...dependencies(two(), repository), patience }, config(), stop.signal));
    expect(error.exitCode).toBe(143);
    expect(error.message).toContain(`perhaps ${PREFIX}b.zst`);
  });

  it("fails when storage does not answer an abort either, naming the uploads", async () => {
    const repository = faulty({ part: 1, silentAbort: true });
    const patience = { answerMs: 20, cleanUpMs: 20 };
    const source = new ObjectsSource({ objects: [plainObject("a.zst", "a")] });
    const error = await failureOf(runBackup({ ...dependencies(source, repository), patience }, config(), never));
    expect(error.message).toBe(
      `upload: repository: upload part 1 of ${PREFIX}a.zst: AccessDenied: no (HTTP 403); and the parts could not be removed: abort upload of ${PREFIX}a.zst: no answer in time (the bucket's lifecycle removes them after 3 days)`,
    );
  });

  it("commits when it arrives after the last completion", async () => {
    const stop = new AbortController();
    const repository = memory();
    const deps = dependencies(two(), repository);
    let stored = 0;
    const onEvent = (event: BackupEvent) => {
      if (event.event === "stored" && (stored += 1) === 2) stop.abort();
    };
    await runBackup({ ...deps, onEvent }, config(), stop.signal);
    expect(await keysOf(repository)).toContain(MANIFEST_KEY);
  });

  it("is committed-unconfirmed when storage never answers the manifest", async () => {
    const stop = new AbortController();
    const repository = memory();
    jest.spyOn(repository, "putOnce").mockImplementation(() => {
      stop.abort();
      return new Promise(() => undefined);
    });
    const patience = { answerMs: 20, cleanUpMs: 20 };
    const error = await failureOf(runBackup({ ...dependencies(two(), repository), patience }, config(), stop.signal));
    expect([error.message, error.exitCode]).toEqual([
      `commit: repository: put ${MANIFEST_KEY}: stopped by a signal, and no answer came within 20 ms`,
      7,
    ]);
  });
});

import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { createHash } from "node:crypto";
import { dumpKey, manifestKey, type ListedDatabase } from "../../runner/contract";
import { MAX_LIST_BYTES } from "../../runner/databaseList";
import type { FreshnessSettings } from "../../runner/freshnessContract";
import type { FreshnessConfig } from "../../runner/freshnessConfig";
import { type ListResult, runFreshness } from "../../runner/freshnessRun";
import { encodeManifest, manifestMetadata } from "../../runner/manifest";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { RepositoryError } from "../../runner/repository/repository";
import { ClockedRepository, failureOf, LOCK, manifestOf } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const FRESH = "20261120T020000Z-cccccc";
const STALE = "20261119T020000Z-bbbbbb";
const BYTES = Buffer.from("stored");

async function commit(repository: MemoryRepository, database: string, id: string): Promise<void> {
  const at = { tier: "daily", database, id };
  const object = await repository.putOnce(dumpKey(at, "database.pgdump.zst"), BYTES, LOCK);
  const manifest = manifestOf(at, object.versionId, BYTES, BYTES);
  await repository.putOnce(manifestKey(at), encodeManifest(manifest), {
    ...LOCK,
    metadata: manifestMetadata(manifest),
  });
}

const listed = (name: string, more: Partial<ListedDatabase> & FreshnessSettings = {}): ListedDatabase => {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return { name, secretArn: `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-${hash}`, ...more };
};

/** A check of a list with this text, and all that it did. */
async function ground(text: string) {
  const repository = ClockedRepository.at("2026-11-20T02:10:00Z");
  const lists = ClockedRepository.at("2026-11-20T00:00:00Z");
  await lists.putOnce("all.json", text, LOCK);
  const published: MetricDatum[][] = [];
  const logged: ListResult[] = [];
  const opened: string[] = [];
  const pings: number[] = [];
  let pingFailure: Error | undefined;
  const config: FreshnessConfig = {
    repository: { bucket: "primary", region: "eu-central-1" },
    repositoryName: "vault-1",
    side: "primary",
    databases: { bucket: "our-lists", key: "all.json" },
    rpoMinutes: 120,
    tiers: ["daily", "weekly"],
    limits: { timeoutMinutes: 60, replicationGraceMinutes: 30 },
    metricNamespace: "Backup321",
    hasDetailedMetrics: false,
  };
  const run = (overrides: Partial<FreshnessConfig> = {}) =>
    runFreshness(
      {
        repository,
        openList: ({ bucket }) => {
          opened.push(bucket);
          return lists;
        },
        publish: async (data) => void published.push(data),
        log: (result) => void logged.push(result),
        ping: async () => {
          if (pingFailure) throw pingFailure;
          pings.push(published.flat().length);
        },
        clock: () => NOW,
      },
      { ...config, ...overrides },
    );
  const values = () => published.flat().map(({ MetricName, Value }) => [MetricName, Value]);
  const breakPing = (error: Error) => (pingFailure = error);
  return { repository, lists, run, published, logged, opened, values, pings: () => pings, breakPing };
}

describe("a check of a list", () => {
  it("publishes two metrics, and names who is unhealthy in its result and its log", async () => {
    const list = [listed("orders"), listed("invoices"), listed("empty"), listed("archive", { rpoMinutes: 1560 })];
    const { repository, run, values, logged, opened, published } = await ground(JSON.stringify(list));
    await commit(repository, "orders", FRESH);
    await commit(repository, "invoices", STALE);
    await commit(repository, "archive", STALE);
    const result = await run({ limits: { timeoutMinutes: 2000, replicationGraceMinutes: 30 } });
    expect(result).toEqual({
      side: "primary",
      databases: 4,
      unhealthyDatabases: 2,
      unhealthy: [
        {
          database: "invoices",
          problems: [`newest recovery point ${STALE} is 1500 minutes old; the RPO is 120 minutes`],
        },
        {
          database: "empty",
          problems: [
            'database "empty" has no complete recovery point on the primary; run a backup and look at its log',
          ],
        },
      ],
      doctorProblems: [],
    });
    expect(logged).toEqual([result]);
    expect(published).toHaveLength(1);
    expect(published[0]![0]!.Dimensions).toEqual([
      { Name: "Repository", Value: "vault-1" },
      { Name: "Side", Value: "primary" },
    ]);
    expect(values()).toEqual([
      ["UnhealthyDatabases", 2],
      ["OldestRecoveryPointAgeMinutes", 1500],
    ]);
    expect(opened).toEqual(["our-lists"]);
  });

  it("holds a database against what its entry says besides", async () => {
    const list = [
      listed("orders", { minStoredBytes: 7 }),
      listed("invoices", { minStoredBytes: 6, drillIntervalDays: 7 }),
    ];
    const { repository, run } = await ground(JSON.stringify(list));
    for (const name of ["orders", "invoices"]) await commit(repository, name, FRESH);
    expect(await run()).toMatchObject({
      unhealthy: [{ database: "orders", problems: [expect.stringContaining("the least is 7 (minStoredBytes)")] }],
    });
    expect(repository.calls).toContain("list drills/invoices/");
    expect(repository.calls).not.toContain("list drills/orders/");
  });

  it("looks into a database's own tiers alone", async () => {
    const { repository, run, values } = await ground(JSON.stringify([listed("orders", { tiers: ["weekly"] })]));
    await commit(repository, "orders", FRESH);
    await run();
    expect(values()).toEqual([["UnhealthyDatabases", 1]]);
  });

  it("names 100 unhealthy databases at most, and counts them all", async () => {
    const names = Array.from({ length: 101 }, (_, n) => listed(`db-${n}`));
    for (const count of [100, 101]) {
      const { run, values } = await ground(JSON.stringify(names.slice(0, count)));
      const result = (await run()) as ListResult;
      expect(result.unhealthy.map(({ database }) => database)).toEqual(names.slice(0, 100).map(({ name }) => name));
      expect(result.unhealthyDatabases).toBe(count);
      expect(values()).toEqual([["UnhealthyDatabases", count]]);
    }
  });

  it("shows three problems of a database at most", async () => {
    const { repository, run } = await ground(JSON.stringify([listed("orders")]));
    await commit(repository, "orders", FRESH);
    const marker = () =>
      repository.addVersion(manifestKey({ tier: "daily", database: "orders", id: FRESH }), "{}", LOCK);
    for (let n = 0; n < 4; n++) marker();
    const result = (await run()) as ListResult;
    expect(result.unhealthy[0]!.problems).toHaveLength(3);
  });

  it("counts what it could not judge as unhealthy, and fails after publishing and logging it", async () => {
    const { repository, run, values, logged } = await ground(JSON.stringify([listed("orders"), listed("secret")]));
    await commit(repository, "orders", FRESH);
    const list = repository.list.bind(repository);
    repository.list = (prefix, options) => {
      if (prefix.includes("/secret/")) throw new RepositoryError("list", prefix, "accessDenied", "no");
      return list(prefix, options);
    };
    const message = "repository: list manifests/daily/secret/: no";
    expect((await failureOf(run())).message).toBe(`freshness: database "secret": ${message}`);
    expect(values()).toEqual([
      ["UnhealthyDatabases", 1],
      ["OldestRecoveryPointAgeMinutes", 60],
    ]);
    expect(logged).toMatchObject([{ databases: 2, unhealthy: [{ database: "secret", problems: [message] }] }]);
  });

  it("fails on a malformed list and publishes nothing, with the first ten problems and how many more", async () => {
    const wrong = (count: number) => Array.from({ length: count }, (_, n) => listed(`DB ${n}`));
    const problem = (n: number) =>
      `  - s3://our-lists/all.json[${n}].name: must be 1 to 63 characters of a-z, 0-9 and inner hyphens, got "DB ${n}"`;
    const ten = Array.from({ length: 10 }, (_, n) => problem(n));
    const eleven = await ground(JSON.stringify(wrong(11)));
    expect((await failureOf(eleven.run())).message).toBe(
      ["database list: 11 problems:", ...ten, "  - 1 more"].join("\n"),
    );
    expect([eleven.published, eleven.logged, eleven.repository.calls]).toEqual([[], [], []]);
    const exactly = await ground(JSON.stringify(wrong(10)));
    expect((await failureOf(exactly.run())).message).toBe(["database list: 10 problems:", ...ten].join("\n"));
  });

  it("fails on a list that is empty, missing or larger than any list, and publishes nothing", async () => {
    const empty = await ground("[]");
    expect((await failureOf(empty.run())).message).toBe(
      "database list: s3://our-lists/all.json must hold 1 to 10000 databases, got 0",
    );
    const missing = { bucket: "our-lists", key: "none.json" };
    await expect(empty.run({ databases: missing })).rejects.toThrow(
      "repository: read none.json: there is no such object",
    );
    const one = JSON.stringify([listed("orders")]);
    const largest = await ground(one + " ".repeat(MAX_LIST_BYTES - one.length));
    await largest.run();
    expect(largest.values()).toEqual([["UnhealthyDatabases", 1]]);
    const larger = await ground(one + " ".repeat(MAX_LIST_BYTES - one.length + 1));
    expect((await failureOf(larger.run())).message).toBe("database list: all.json: larger than 16777216 bytes");
    expect([empty.published, larger.published]).toEqual([[], []]);
  });

  it("takes as many calls for each of 10,000 databases as for each of ten, and two metrics", async () => {
    async function callsFor(count: number): Promise<number> {
      const names = Array.from({ length: count }, (_, n) => `db-${n}`);
      const { repository, run, values } = await ground(JSON.stringify(names.map((name) => listed(name))));
      for (const name of names) await commit(repository, name, FRESH);
      repository.calls = [];
      const result = await run();
      expect(result).toEqual({
        side: "primary",
        databases: count,
        unhealthyDatabases: 0,
        unhealthy: [],
        doctorProblems: [],
      });
      expect(values()).toEqual([
        ["UnhealthyDatabases", 0],
        ["OldestRecoveryPointAgeMinutes", 60],
      ]);
      return repository.calls.length;
    }
    const forTen = await callsFor(10);
    // Two lists for each of two tiers; the versions, HEADs and objects of one point; the list of its verifications.
    expect(forTen).toBe(10 * 9);
    expect(await callsFor(10_000)).toBe(1000 * forTen);
  });
});

describe("a dead-man's switch", () => {
  const one = [{ name: "orders", rpoMinutes: 120 }];
  const pinged = async (change: (at: Awaited<ReturnType<typeof ground>>) => Promise<Partial<FreshnessConfig>>) => {
    const at = await ground("[]");
    const overrides = { databases: one, ...(await change(at)) };
    const failure = await at.run(overrides).then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { pings: at.pings(), failure };
  };
  const fresh = async ({ repository }: { repository: MemoryRepository }) => {
    await commit(repository, "orders", FRESH);
    return {};
  };

  it("hears of a side on which all is well, after the metrics went out", async () => {
    expect(await pinged(fresh)).toEqual({ pings: [2], failure: undefined });
  });

  it("hears nothing when a database is not healthy, could not be judged, or the doctor found something", async () => {
    expect((await pinged(async () => ({}))).pings).toEqual([]);
    const two = [...one, { name: "Not a name", rpoMinutes: 120 }];
    expect((await pinged(async (at) => ({ ...(await fresh(at)), databases: two }))).pings).toEqual([]);
    const secret = await pinged(async (at) => {
      await fresh(at);
      at.repository.head = (key) => Promise.reject(new RepositoryError("head", key, "accessDenied", "no"));
      return {};
    });
    expect(secret).toEqual({ pings: [], failure: expect.stringContaining('freshness: database "orders": ') as string });
    const limits = { timeoutMinutes: 60, replicationGraceMinutes: 30, doctorIntervalDays: 1 };
    expect((await pinged(async (at) => ({ ...(await fresh(at)), limits }))).pings).toEqual([]);
  });

  it("makes the check fail when it can't be reached", async () => {
    const failing = await pinged(async (at) => {
      at.breakPing(new Error("ping: no answer"));
      return fresh(at);
    });
    expect(failing.failure).toBe("ping: no answer");
  });
});

describe("a check of named databases", () => {
  it("publishes two metrics for each, in as many calls as it takes", async () => {
    const { repository, run, published, logged, opened } = await ground("[]");
    const databases = Array.from({ length: 251 }, (_, n) => ({ name: `db-${n}`, rpoMinutes: 120 }));
    for (const { name } of databases) await commit(repository, name, FRESH);
    await run({ databases: databases.slice(0, 250) });
    expect(published.map((data) => data.length)).toEqual([500]);
    published.length = 0;
    const result = await run({ databases });
    expect(published.map((data) => data.length)).toEqual([500, 2]);
    expect(published[1]!.map(({ MetricName, Value }) => [MetricName, Value])).toEqual([
      ["Healthy", 1],
      ["RecoveryPointAgeMinutes", 60],
    ]);
    expect("judgements" in result && result.judgements).toHaveLength(251);
    expect([logged, opened]).toEqual([[], []]);
  });
});

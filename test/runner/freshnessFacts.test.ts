import { dumpKey, manifestKey, METRICS, Tier } from "../../runner/contract";
import { judge } from "../../runner/freshness";
import { checkSide } from "../../runner/freshnessCheck";
import { freshnessConfig, recentSince, REPLICATION_GRACE_MINUTES } from "../../runner/freshnessConfig";
import { gatherFacts } from "../../runner/freshnessFacts";
import { freshnessMetrics } from "../../runner/freshnessMetrics";
import { RepositoryError } from "../../runner/repository/repository";
import { ClockedRepository, commitPoint, LOCK, pointAt } from "./readFixtures";

const NOW = new Date("2026-11-20T03:00:00Z");
const LIMITS = { rpoMinutes: 1560, timeoutMinutes: 60, replicationGraceMinutes: 30 };
const LAST = "20261120T020000Z-cccccc";
const BEFORE = "20261119T020000Z-bbbbbb";
const PRIMARY = { side: "primary" as const, tiers: [Tier.Daily], since: recentSince(LIMITS, NOW) };

const repositoryAt = () => ClockedRepository.at("2026-11-20T02:10:00Z");

describe("gathering facts", () => {
  it("takes the same few calls whatever the history, and reads no object", async () => {
    const repository = repositoryAt();
    for (let day = 1; day <= 28; day++) {
      await commitPoint(repository, `202602${String(day).padStart(2, "0")}T020000Z-aaaaaa`, { raw: Buffer.from("x") });
    }
    await commitPoint(repository, LAST);
    repository.calls = [];
    repository.read = () => Promise.reject(new Error("a freshness check may not read"));
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(judge(facts, LIMITS, NOW)).toMatchObject({ healthy: true, ageMinutes: 60, recoveryPoint: { id: LAST } });
    expect(repository.calls).toEqual([
      "list manifests/daily/orders/",
      `versions ${manifestKey(pointAt(LAST))}`,
      `head ${manifestKey(pointAt(LAST))}`,
      `list dumps/daily/orders/2026/11/20/${LAST}/`,
      `head ${dumpKey(pointAt(LAST), "database.pgdump.zst")}`,
      "list dumps/daily/orders/",
    ]);
  });

  it("finds a point of last year, so that its age can be told", async () => {
    const repository = ClockedRepository.at("2025-11-20T02:10:00Z");
    await commitPoint(repository, "20251120T020000Z-cccccc");
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(judge(facts, LIMITS, NOW)).toMatchObject({ ageMinutes: 525660, problems: [{ code: "stale" }] });
  });

  it("judges the oldest version of a manifest", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    repository.addVersion(manifestKey(pointAt(LAST)), "{}", LOCK);
    const judgement = judge(await gatherFacts(repository, "orders", PRIMARY), LIMITS, NOW);
    expect(judgement.problems.map((problem) => problem.code)).toEqual(["manifestChanged"]);
  });

  it("sees a manifest that hides behind a delete marker", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, BEFORE);
    await commitPoint(repository, LAST);
    repository.addVersion(manifestKey(pointAt(LAST)));
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(facts.hiddenManifests).toEqual([manifestKey(pointAt(LAST))]);
    expect(facts.points[0]!.point.id).toBe(BEFORE);
  });

  it("takes a dump without any manifest for a run that failed or is not done", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, BEFORE);
    await repository.putOnce(dumpKey(pointAt(LAST), "database.pgdump.zst"), "x", LOCK);
    expect((await gatherFacts(repository, "orders", PRIMARY)).hiddenManifests).toEqual([]);
  });

  it("does not follow a flood of foreign keys below a point", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    for (let n = 0; n < 50; n++) await repository.putOnce(dumpKey(pointAt(LAST), `x${n}`), "x", LOCK);
    const facts = await gatherFacts(repository, "orders", PRIMARY);
    expect(facts.points[0]!.listed).toHaveLength(2);
    expect(facts.points[0]!.heads).toHaveLength(2);
  });

  it("looks past a pending point on the replica, and only there", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, BEFORE);
    await commitPoint(repository, LAST);
    repository.addVersion(dumpKey(pointAt(LAST), "database.pgdump.zst"));
    const ids = async (side: "primary" | "replica") =>
      (await gatherFacts(repository, "orders", { ...PRIMARY, side })).points.map((facts) => facts.point.id);
    expect(await ids("replica")).toEqual([LAST, BEFORE]);
    expect(await ids("primary")).toEqual([LAST]);
  });
});

describe("checking a side", () => {
  it("judges every database it can look at, in the given order, and names the others", async () => {
    const repository = repositoryAt();
    await commitPoint(repository, LAST);
    const list = repository.list.bind(repository);
    repository.list = (prefix, options) => {
      if (prefix.includes("/secret/")) throw new RepositoryError("list", prefix, "accessDenied", "no");
      return list(prefix, options);
    };
    const databases = ["secret", "orders", "empty"];
    const check = await checkSide(repository, { side: "primary", databases, limits: LIMITS }, NOW);
    expect(check.judgements.map(({ database, healthy }) => [database, healthy])).toEqual([
      ["orders", true],
      ["empty", false],
    ]);
    expect(check.failures).toEqual([{ database: "secret", message: "repository: list manifests/hourly/secret/: no" }]);
  });
});

describe("metrics", () => {
  const judgement = {
    database: "orders",
    side: "replica" as const,
    healthy: true,
    ageMinutes: 60,
    recoveryPoint: null,
    problems: [],
  };
  const dimensions = [
    { Name: "Repository", Value: "vault-1" },
    { Name: "Database", Value: "orders" },
    { Name: "Side", Value: "replica" },
  ];

  it("carry health and age, and no time of our own", () => {
    expect(freshnessMetrics([judgement], "vault-1")).toEqual([
      { MetricName: METRICS.healthy, Dimensions: dimensions, Value: 1, Unit: "None" },
      { MetricName: METRICS.recoveryPointAgeMinutes, Dimensions: dimensions, Value: 60, Unit: "None" },
    ]);
  });

  it("carry no age where there is no point, so that missing data raises the alarm", () => {
    expect(freshnessMetrics([{ ...judgement, healthy: false, ageMinutes: null }], "vault-1")).toEqual([
      { MetricName: METRICS.healthy, Dimensions: dimensions, Value: 0, Unit: "None" },
    ]);
  });
});

describe("configuration", () => {
  const env = {
    BACKUP321_BUCKET: "primary",
    AWS_REGION: "eu-central-1",
    BACKUP321_REPOSITORY: "vault-1",
    BACKUP321_SIDE: "primary",
    BACKUP321_DATABASES: "orders, invoices",
  };

  it("has defaults", () => {
    expect(freshnessConfig(env)).toEqual({
      repository: { bucket: "primary", region: "eu-central-1" },
      repositoryName: "vault-1",
      side: "primary",
      databases: ["orders", "invoices"],
      tiers: undefined,
      limits: {
        rpoMinutes: 1560,
        timeoutMinutes: 720,
        replicationGraceMinutes: REPLICATION_GRACE_MINUTES,
        lockMode: undefined,
      },
      metricNamespace: "Backup321",
    });
  });

  it("takes limits, tiers and lock mode from the environment", () => {
    const config = freshnessConfig({
      ...env,
      BACKUP321_RPO_MINUTES: "90",
      BACKUP321_TIMEOUT_MINUTES: "30",
      BACKUP321_LOCK_MODE: "COMPLIANCE",
      BACKUP321_TIERS: '[{"tier":"daily","lockDays":35,"expireDays":35}]',
      BACKUP321_METRIC_NAMESPACE: "Ours",
    });
    expect(config.limits).toMatchObject({ rpoMinutes: 90, timeoutMinutes: 30, lockMode: "COMPLIANCE" });
    expect(config.tiers).toEqual(["daily"]);
    expect(config.metricNamespace).toBe("Ours");
  });

  it("fails when anything is missing or wrong, naming all of it", () => {
    expect(() =>
      freshnessConfig({ AWS_REGION: "eu-central-1", BACKUP321_DATABASES: "Orders", BACKUP321_SIDE: "left" }),
    ).toThrow(
      [
        "freshness: 4 problems:",
        '  - BACKUP321_DATABASES has "Orders"; a name is 1 to 63 characters of a-z, 0-9 and inner hyphens',
        "  - BACKUP321_BUCKET is missing; set it to the bucket of the repository",
        "  - BACKUP321_REPOSITORY is missing; set it to the repository's name, a metric dimension",
        '  - BACKUP321_SIDE must be one of primary, replica, got "left"',
      ].join("\n"),
    );
  });
});

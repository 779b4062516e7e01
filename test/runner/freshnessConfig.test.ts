import { baselineSince, freshnessConfig, recentSince, REPLICATION_GRACE_MINUTES } from "../../runner/freshnessConfig";

const ENVIRONMENT = {
  BACKUP321_BUCKET: "primary",
  AWS_REGION: "eu-central-1",
  BACKUP321_REPOSITORY: "vault-1",
  BACKUP321_SIDE: "primary",
};
const TIERS = { BACKUP321_TIERS: '[{"name":"daily-35","tier":"daily","lockDays":35,"expireDays":35}]' };
const ORDERS = { name: "orders", rpoMinutes: 90 };
const ONE = JSON.stringify([ORDERS]);

describe("the configuration of a freshness check", () => {
  it("takes the databases from the file and has defaults for the rest", () => {
    const invoices = { name: "invoices", rpoMinutes: 1560, tiers: ["daily", "weekly"] };
    expect(freshnessConfig(ENVIRONMENT, JSON.stringify([ORDERS, invoices]))).toEqual({
      repository: { bucket: "primary", region: "eu-central-1" },
      repositoryName: "vault-1",
      side: "primary",
      databases: [ORDERS, invoices],
      rpoMinutes: 1560,
      tiers: undefined,
      limits: { timeoutMinutes: 720, replicationGraceMinutes: REPLICATION_GRACE_MINUTES },
      metricNamespace: "Backup321",
      hasDetailedMetrics: false,
    });
  });

  it("takes limits, tiers and lock mode from the environment", () => {
    const config = freshnessConfig(
      {
        ...ENVIRONMENT,
        ...TIERS,
        BACKUP321_TIMEOUT_MINUTES: "30",
        BACKUP321_LOCK_MODE: "COMPLIANCE",
        BACKUP321_METRIC_NAMESPACE: "Ours",
      },
      ONE,
    );
    expect(config.limits).toMatchObject({ timeoutMinutes: 30, lockMode: "COMPLIANCE" });
    expect(config.tiers).toEqual(["daily-35"]);
    expect(config.metricNamespace).toBe("Ours");
  });

  it("takes intervals of drills and doctor, the time for a verification and a wish for details from the environment", () => {
    const config = freshnessConfig(
      {
        ...ENVIRONMENT,
        BACKUP321_DRILL_INTERVAL_DAYS: "7",
        BACKUP321_DOCTOR_INTERVAL_DAYS: "1",
        BACKUP321_VERIFICATION_GRACE_MINUTES: "90",
        BACKUP321_DETAILED_METRICS: "true",
      },
      ONE,
    );
    expect(config.limits).toMatchObject({ drillIntervalDays: 7, doctorIntervalDays: 1, verificationGraceMinutes: 90 });
    expect(config.hasDetailedMetrics).toBe(true);
  });

  it("takes a list in S3 before the file, with the RPO of those that have none of their own", () => {
    const list = { BACKUP321_DATABASE_LIST: "s3://our-lists/databases/all.json", BACKUP321_RPO_MINUTES: "240" };
    const config = freshnessConfig({ ...ENVIRONMENT, ...list }, ONE);
    expect(config.databases).toEqual({ bucket: "our-lists", key: "databases/all.json" });
    expect(config.rpoMinutes).toBe(240);
  });

  it.each<[string, Record<string, string>, string | undefined, string]>([
    [
      "there is neither file nor list",
      {},
      undefined,
      "databases.json is not beside the function's code; put the databases to judge there, or set BACKUP321_DATABASE_LIST",
    ],
    [
      "the list's address is none",
      { BACKUP321_DATABASE_LIST: "https://our-lists/all.json" },
      ONE,
      'BACKUP321_DATABASE_LIST must be like s3://bucket/key, got "https://our-lists/all.json"',
    ],
    ["the file is no JSON", {}, "orders", "databases.json is no JSON"],
    [
      "the file names a tier that the repository does not have",
      TIERS,
      '[{"name":"orders","rpoMinutes":90,"tiers":["daily"]}]',
      'databases.json[0].tiers[0]: there is no tier "daily"; the repository has daily-35',
    ],
  ])("fails when %s", (_, overrides, file, message) => {
    expect(() => freshnessConfig({ ...ENVIRONMENT, ...overrides }, file)).toThrow(new Error(`freshness: ${message}`));
  });

  it("fails when anything is missing or wrong, naming all of it", () => {
    const env = { AWS_REGION: "eu-central-1", BACKUP321_SIDE: "left" };
    expect(() => freshnessConfig(env, '[{"name":"Orders"},{"name":"x","rpoMinutes":1,"rto":3}]')).toThrow(
      new Error(
        [
          "freshness: 6 problems:",
          "  - BACKUP321_BUCKET is missing; set it to the bucket of the repository",
          "  - BACKUP321_REPOSITORY is missing; set it to the repository's name, a metric dimension",
          '  - BACKUP321_SIDE must be one of primary, replica, got "left"',
          '  - databases.json[0].name: must be 1 to 63 characters of a-z, 0-9 and inner hyphens, got "Orders"',
          "  - databases.json[0].rpoMinutes: must be whole minutes, got nothing",
          '  - databases.json[1]: Unrecognized key: "rto"',
        ].join("\n"),
      ),
    );
  });
});

describe("the recent past", () => {
  const now = new Date("2026-11-20T03:00:00Z");
  it("is twice the RPO, and two days at least", () => {
    expect(recentSince(1440, now)).toEqual(new Date("2026-11-18T03:00:00Z"));
    expect(recentSince(60, now)).toEqual(new Date("2026-11-18T03:00:00Z"));
    expect(recentSince(1441, now)).toEqual(new Date("2026-11-18T02:58:00Z"));
  });

  it("to compare with is eight times the RPO, and never shorter than the recent one", () => {
    expect(baselineSince(1440, now)).toEqual(new Date("2026-11-12T03:00:00Z"));
    expect(baselineSince(60, now)).toEqual(recentSince(60, now));
  });
});

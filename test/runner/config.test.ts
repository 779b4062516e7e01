import { backupConfig } from "../../runner/config";
import { DEFAULT_DUMP_OPTIONS } from "../../runner/dump/dumpContext";
import { libpqEnv, postgresSettings } from "../../runner/postgres/connection";
import { StageError } from "../../runner/errors";

const GOOD = {
  BACKUP321_DATABASE: "orders",
  BACKUP321_BUCKET: "b",
  AWS_REGION: "eu-central-1",
  BACKUP321_TIERS: JSON.stringify([
    { name: "daily", tier: "daily", lockDays: 35, expireDays: 40 },
    { name: "weekly-90", tier: "weekly", lockDays: 90, expireDays: 90 },
  ]),
  BACKUP321_TIER: "weekly-90",
  BACKUP321_LOCK_MODE: "GOVERNANCE",
};

function messageOfBackupConfig(overrides: Record<string, string | undefined>): string {
  try {
    backupConfig({ ...GOOD, ...overrides });
  } catch (error) {
    if (error instanceof StageError && error.exitCode === 2) return error.message;
    throw error;
  }
  return "";
}

describe("backupConfig", () => {
  it("reads a complete environment", () => {
    expect(backupConfig({ ...GOOD, BACKUP321_REPLICA_BUCKET: "r", BACKUP321_REPLICA_REGION: "eu-west-1" })).toEqual({
      database: "orders",
      repository: { bucket: "b", region: "eu-central-1" },
      replica: { bucket: "r", region: "eu-west-1" },
      tier: { name: "weekly-90", tier: "weekly", lockDays: 90, expireDays: 90 },
      lockMode: "GOVERNANCE",
      bufferBudgetMiB: 256,
      maxMiBPerSecond: undefined,
      ageRecipients: [],
      dump: DEFAULT_DUMP_OPTIONS,
    });
  });

  it("takes the first tier where none is chosen, and a bucket region of its own", () => {
    const config = backupConfig({ ...GOOD, BACKUP321_TIER: undefined, BACKUP321_REGION: "eu-north-1" });
    expect(config.tier.name).toBe("daily");
    expect(config.repository.region).toBe("eu-north-1");
  });

  it("fails when everything is missing, naming every variable at once", () => {
    const message = messageOfBackupConfig(Object.fromEntries(Object.keys(GOOD).map((k) => [k, undefined])));
    for (const name of ["DATABASE", "BUCKET", "TIERS", "LOCK_MODE"]) expect(message).toContain(`BACKUP321_${name}`);
    expect(message).toContain("AWS_REGION is missing");
  });

  it.each([
    [
      { BACKUP321_DATABASE: "Orders" },
      'BACKUP321_DATABASE must be 1 to 63 characters of a-z, 0-9 and inner hyphens, got "Orders"',
    ],
    [{ BACKUP321_TIERS: "daily" }, "BACKUP321_TIERS is no JSON"],
    [{ BACKUP321_TIERS: "[]" }, "BACKUP321_TIERS must be a JSON array of at least one tier"],
    [
      { BACKUP321_TIERS: '[{"name":"weekly","tier":"weekly","lockDays":9,"expireDays":8}]' },
      "BACKUP321_TIERS[0] has lockDays 9 and expireDays 8; both are whole days, 1 <= lockDays <= expireDays",
    ],
    [
      { BACKUP321_TIER: "weekly" },
      "BACKUP321_TIER is weekly, which BACKUP321_TIERS does not hold (it has daily, weekly-90)",
    ],
    [{ BACKUP321_LOCK_MODE: "NONE" }, 'BACKUP321_LOCK_MODE must be one of GOVERNANCE, COMPLIANCE, got "NONE"'],
    [
      { BACKUP321_BUFFER_BUDGET_MIB: "8" },
      'BACKUP321_BUFFER_BUDGET_MIB must be a whole number from 16 to 16384, got "8"',
    ],
    [
      { BACKUP321_REPLICA_BUCKET: "r" },
      "BACKUP321_REPLICA_BUCKET and BACKUP321_REPLICA_REGION go together; set both or neither",
    ],
  ])("fails when given %p", (overrides, expected) => {
    expect(messageOfBackupConfig(overrides)).toBe(`configuration: ${expected}`);
  });
});

describe("postgresSettings", () => {
  const env = { PGHOST: "db", PGUSER: "u", PGDATABASE: "shop", PGPASSWORD: ["pass", "word"].join("") };

  it("asks for TLS by default, and for a verified server where a CA is given", () => {
    expect(postgresSettings(env)).toMatchObject({ port: 5432, sslMode: "require" });
    expect(postgresSettings({ ...env, PGSSLROOTCERT: "/ca.pem" }).sslMode).toBe("verify-full");
    expect(postgresSettings({ ...env, PGSSLMODE: "disable" }).sslMode).toBe("disable");
  });

  it.each(["prefer", "allow"])("fails when sslmode is %s, which falls back to plain text in silence", (mode) => {
    expect(() => postgresSettings({ ...env, PGSSLMODE: mode })).toThrow(
      `database connection: PGSSLMODE must be one of disable, require, verify-ca, verify-full, got "${mode}"`,
    );
  });

  it.each([
    [
      { PGSSLMODE: "verify-full" },
      'PGSSLMODE verify-full needs PGSSLROOTCERT: a PEM file with the CA of the server, or "system" with verify-full',
    ],
    [
      { PGSSLMODE: "verify-ca" },
      'PGSSLMODE verify-ca needs PGSSLROOTCERT: a PEM file with the CA of the server, or "system" with verify-full',
    ],
    [
      { PGSSLMODE: "require", PGSSLROOTCERT: "system" },
      'PGSSLROOTCERT "system" needs PGSSLMODE verify-full, got "require"',
    ],
  ])("fails when libpq would refuse %p", (tls, message) => {
    expect(() => postgresSettings({ ...env, ...tls })).toThrow(`database connection: ${message}`);
  });

  it("takes the CAs that everybody trusts for verify-full", () => {
    expect(postgresSettings({ ...env, PGSSLROOTCERT: "system" })).toMatchObject({
      sslMode: "verify-full",
      sslRootCert: "system",
    });
  });

  it("fails when several are missing or bad, naming them together and never the password", () => {
    const bad = { PGPASSWORD: env.PGPASSWORD, PGPORT: "70000" };
    expect(() => postgresSettings(bad)).toThrow(
      /PGHOST is missing[^]*PGPORT must be[^]*PGUSER is missing[^]*PGDATABASE/,
    );
    expect(() => postgresSettings(bad)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(env.PGPASSWORD) }),
    );
  });

  it("hands the password to child processes in their environment", async () => {
    expect(await libpqEnv(postgresSettings(env))).toMatchObject({
      PGHOST: "db",
      PGPASSWORD: env.PGPASSWORD,
      PGSSLMODE: "require",
    });
  });
});

import type { DrillRecord } from "../../runner/drillContract";
import type { DatabaseEvidence, Evidence } from "../../runner/report/evidence";

export const TASK = "arn:aws:ecs:eu-central-1:123456789012:task/backup321/0123456789abcdef0123456789abcdef";

/** A drill that began on a day, and passed unless told otherwise. */
export function drillRecord(day: string, change: Partial<DrillRecord> = {}): DrillRecord {
  const id = (time: string) => `${day.replace(/-/g, "")}T${time}Z-abcdef`;
  const checks = ["restore", "recoveryTime", "rowCounts", "schemaFingerprint", "assertion: orders of yesterday"];
  return {
    formatVersion: 1,
    drillId: id("040000"),
    database: "orders",
    startedAt: `${day}T04:00:00.000Z`,
    finishedAt: `${day}T04:12:00.000Z`,
    verdict: "passed",
    recoveryPoint: {
      id: id("020000"),
      tier: "daily",
      takenAt: `${day}T02:00:00.000Z`,
      manifestVersionId: "v1",
      schemaFingerprint: "f".repeat(64),
      storedBytes: 3_400_000_000,
      rawBytes: 16_000_000_000,
      tables: 42,
      storedSha256: { [`dumps/daily/orders/${day}/x`]: "a".repeat(64) },
    },
    source: { side: "replica", bucket: "shop-replica", region: "eu-west-1" },
    ranBy: TASK,
    versions: { tool: "0.1.0", server: "16.4", client: "16.4", sourceServer: "16.4" },
    rows: 12_345_678,
    seconds: { preflight: 2.5, restore: 600, checks: 30, total: 720 },
    rtoSeconds: 3600,
    decryption: "notEncrypted",
    checks: checks.map((name) => ({ name, passed: true, detail: "it held" })),
    leftOut: [],
    ...change,
  };
}

/** A drill of that day that restored nothing. */
export function brokenDrill(day: string): DrillRecord {
  const whole = drillRecord(day);
  const checks = whole.checks.map(({ name }) => ({
    name,
    passed: false,
    detail: "not come to: an earlier step failed",
  }));
  checks[0]!.detail = "digest: an object <is> damaged | use the other side";
  return { ...whole, verdict: "failed", rows: null, checks };
}

export function databaseEvidence(database: string, change: Partial<DatabaseEvidence> = {}): DatabaseEvidence {
  return {
    database,
    drills: [],
    unreadableLast: null,
    lastPassedBefore: null,
    verifications: [],
    pointsSinceDrill: null,
    newestPointAt: "2026-11-20T02:00:00.000Z",
    remarks: [],
    ...change,
  };
}

/** Evidence of a year to 2026-11-21. */
export function evidenceOf(...databases: DatabaseEvidence[]): Evidence {
  return {
    createdAt: "2026-11-21T09:30:00.000Z",
    since: "2025-11-21T00:00:00.000Z",
    side: "primary",
    bucket: "shop-primary",
    region: "eu-central-1",
    toolVersion: "0.1.0",
    databases,
  };
}

import type { RunbookFacts } from "../../runner/runbook/facts";

const RESTORER = "arn:aws:iam::123456789012:role/shop-restorer-0b1c2d3";

/** A stack of which everything is known, but one database that has never been backed up. */
export function runbookFacts(): RunbookFacts {
  const point = {
    id: "20261120T020000Z-k3q7ab",
    tier: "daily",
    takenAt: "2026-11-20T02:00:00.000Z",
    manifestKey: "manifests/daily/orders/2026/11/20/20261120T020000Z-k3q7ab.json",
    manifestVersionId: "v1",
    storedBytes: 4.2e9,
    rawBytes: 2.1e10,
    tables: 214,
    lockedUntil: "2026-12-25T02:00:00.000Z",
    clientMajor: 16,
    recipients: [],
    excludedTables: ["public.log"],
  };
  return {
    title: "shop-prod",
    generatedAt: "2026-11-20T03:00Z",
    primary: {
      bucket: "shop-primary-4f2a9c1",
      region: "eu-central-1",
      restorerRoleArn: RESTORER,
      topicArn: "arn:aws:sns:eu-central-1:123456789012:shop-alerts-primary",
      kmsKeyArn: null,
    },
    replica: {
      bucket: "shop-replica-77aa01b",
      region: "eu-west-1",
      restorerRoleArn: RESTORER,
      topicArn: "arn:aws:sns:eu-west-1:123456789012:shop-alerts-replica",
      kmsKeyArn: null,
    },
    databases: [
      {
        name: "orders",
        rpoMinutes: 1740,
        newest: { primary: { point }, replica: { point } },
        drills: [
          { startedAt: "2026-11-16T04:00:00Z", verdict: "passed", restoreSeconds: 754 },
          { startedAt: "2026-11-09T04:00:00Z", verdict: "failed", restoreSeconds: 3600 },
          { startedAt: "2026-11-02T04:00:00Z", verdict: "passed", restoreSeconds: 921 },
        ],
        drillProblem: null,
      },
      {
        name: "ledger",
        rpoMinutes: null,
        newest: { primary: { point: null }, replica: { problem: "repository: list: AccessDenied" } },
        drills: [],
        drillProblem: null,
      },
    ],
    lockMode: "GOVERNANCE",
    stateMachineArn: "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-backup-1a2b3c",
    dumpRoleArns: ["arn:aws:iam::123456789012:role/shop-dump-role-orders-1"],
    dashboardName: "shop-primary-4f2a9c1",
  };
}

/** A stack of which nothing but its primary bucket is known. */
export function unknownFacts(): RunbookFacts {
  const { primary } = runbookFacts();
  return {
    ...runbookFacts(),
    generatedAt: null,
    primary: { ...primary, restorerRoleArn: null, topicArn: null },
    replica: null,
    databases: [],
    lockMode: null,
    stateMachineArn: null,
    dumpRoleArns: [],
    dashboardName: null,
  };
}

/** What a runbook is made from. Whatever nobody could say is null: the page then tells how to find it. */

/** One bucket of the repository. */
export interface RunbookSide {
  bucket: string;
  region: string;
  /** Role that people restore with from this side. */
  restorerRoleArn: string | null;
  /** Topic that alarms of this side go to. */
  topicArn: string | null;
  /** Key that the bucket is encrypted with. */
  kmsKeyArn: string | null;
}

/** A recovery point as the page names it. */
export interface RunbookPoint {
  id: string;
  tier: string;
  takenAt: string;
  manifestKey: string;
  /** Version of the manifest that is the true one: the oldest. */
  manifestVersionId: string;
  storedBytes: number;
  rawBytes: number;
  tables: number;
  lockedUntil: string;
  /** Major version of the programs that restore it. */
  clientMajor: number;
  /** Public keys that it is encrypted to; empty: not encrypted by the client. */
  recipients: string[];
  excludedTables: string[];
}

/** A point, that there is none, or why it could not be read. */
export type RunbookFinding = { point: RunbookPoint | null } | { problem: string };

/** A drill that passed or failed. */
export interface RunbookDrill {
  startedAt: string;
  verdict: "passed" | "failed";
  /** Preflight and restore, until queries could be answered. */
  restoreSeconds: number;
}

/** One database. */
export interface RunbookDatabase {
  name: string;
  rpoMinutes: number | null;
  /** Newest point of each side; null: nobody looked. */
  newest: { primary: RunbookFinding | null; replica: RunbookFinding | null };
  /** Newest drills first; null: nobody looked. */
  drills: RunbookDrill[] | null;
  /** Why drills could not be read. */
  drillProblem: string | null;
}

/** Everything. */
export interface RunbookFacts {
  /** What the stack is called. */
  title: string;
  /** ISO 8601 UTC; null: made by a deployment, which has no clock. */
  generatedAt: string | null;
  primary: RunbookSide;
  replica: RunbookSide | null;
  databases: RunbookDatabase[];
  lockMode: "GOVERNANCE" | "COMPLIANCE" | null;
  /** Backs up every database when it is started by hand. */
  stateMachineArn: string | null;
  /** The task roles that dump. */
  dumpRoleArns: string[];
  dashboardName: string | null;
}

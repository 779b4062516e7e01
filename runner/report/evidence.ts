import type { DrillRecord } from "../drillContract";
import type { Side } from "../freshnessFacts";

/** One verification, as far as a report tells of it. */
export interface VerificationEvidence {
  key: string;
  recoveryPointId: string;
  /** ISO 8601 UTC. */
  startedAt: string;
  healthy: boolean;
  decryption: "notEncrypted" | "proven" | "notProven";
  problems: number;
}

/** What was found of one database. */
export interface DatabaseEvidence {
  database: string;
  /** Newest first. */
  drills: DrillRecord[];
  /** The newest record of the period that can't be read, where no readable one is newer; `startedAt` is what its key says. */
  unreadableLast: { key: string; startedAt: string; problem: string } | null;
  /** The last drill that passed before the period; looked for only when none of the period did. */
  lastPassedBefore: { startedAt: string } | null;
  /** Newest first. */
  verifications: VerificationEvidence[];
  /** Recovery points taken after the newest one that a drill restored; null when no drill of the period passed. */
  pointsSinceDrill: number | null;
  /** When the newest recovery point was taken; null when there is none. */
  newestPointAt: string | null;
  /** One sentence for each record that could not be read, and each list that was cut. */
  remarks: string[];
}

/** Everything a report is made from. */
export interface Evidence {
  /** ISO 8601 UTC. */
  createdAt: string;
  since: string;
  side: Side;
  bucket: string;
  region: string;
  toolVersion: string;
  databases: DatabaseEvidence[];
}

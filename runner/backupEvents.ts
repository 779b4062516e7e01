import type { Progress } from "./progress";

/** What a backup says on its way, for logs, bars and metrics. */
export type BackupEvent =
  | {
      event: "snapshot";
      recoveryPointId: string;
      shape: "single" | "parallel";
      objects: number;
      workers: number;
      tables: number;
      estimatedBytes: number;
      /** Tables whose rows are left out; the manifest names them. */
      excludedTables: number;
      /** What was done otherwise than asked, in sentences. */
      notes: readonly string[];
    }
  | ({ event: "progress" } & Progress)
  | { event: "stored"; key: string; rawBytes: number; storedBytes: number; parts: number }
  | {
      event: "committed";
      key: string;
      objects: number;
      tables: number;
      rawBytes: number;
      storedBytes: number;
      /** From the snapshot to here. */
      seconds: number;
    };

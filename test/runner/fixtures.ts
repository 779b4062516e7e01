import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { ObjectLockMode, Tier } from "../../runner/contract";
import type { BackupDependencies } from "../../runner/backup";
import type { BackupEvent } from "../../runner/backupEvents";
import type { BackupConfig } from "../../runner/config";
import { DEFAULT_DUMP_OPTIONS } from "../../runner/dump/dumpContext";
import type { DumpSession, DumpSource } from "../../runner/dump/dumpSource";
import { wholeDatabase } from "../../runner/dump/singleStream";
import { shellStage } from "./shellStage";

export const NOW = new Date("2026-11-20T02:00:00.000Z");

export function config(overrides: Partial<BackupConfig> = {}): BackupConfig {
  return {
    database: "orders",
    repository: { bucket: "memory", region: "eu-central-1" },
    replica: { bucket: "copy", region: "eu-west-1" },
    tier: { name: "daily", tier: Tier.Daily, lockDays: 35, expireDays: 35 },
    lockMode: ObjectLockMode.Governance,
    bufferBudgetMiB: 32,
    maxMiBPerSecond: undefined,
    ageRecipients: [],
    dump: DEFAULT_DUMP_OPTIONS,
    ...overrides,
  };
}

/** A source whose dump is a shell script: real processes that fail, hang or lie as told. */
export class ScriptSource implements DumpSource {
  closed = 0;
  private loseSession: (error: Error) => void = () => undefined;
  constructor(
    private readonly script: string,
    private readonly estimatedBytes = 1024 * 1024,
    /** PATH of zstd. */
    private readonly path = process.env.PATH!,
  ) {}

  /** Makes the session's `lost` reject. */
  lose(error: Error): void {
    this.loseSession(error);
  }

  async open(): Promise<DumpSession> {
    const lost = new Promise<never>((_, reject) => (this.loseSession = reject));
    lost.catch(() => undefined);
    return {
      takenAt: NOW,
      source: {
        engine: "postgresql",
        serverVersion: "15.18",
        clientVersion: "15.18",
        databaseName: "shop",
        encoding: "UTF8",
      },
      tables: [{ schema: "public", name: "orders", kind: "r", rowEstimate: 3, bytes: 8192 }],
      schemaFingerprint: "f".repeat(64),
      excludedTables: [],
      estimatedBytes: this.estimatedBytes,
      lost,
      shape: "single",
      workers: 1,
      objects: [
        wholeDatabase(this.estimatedBytes, this.path, async (next) => shellStage(this.script, { stdout: next })),
      ],
      close: async () => {
        this.closed += 1;
      },
    };
  }
}

export function dependencies(
  source: DumpSource,
  repository: MemoryRepository,
  events: BackupEvent[] = [],
): BackupDependencies {
  return {
    source,
    repository,
    clock: () => NOW,
    random: () => "abcdef",
    path: process.env.PATH!,
    tool: { name: "pulumi-backup321", version: "0.0.0" },
    onEvent: (event) => events.push(event),
  };
}

export function memory(): MemoryRepository {
  return new MemoryRepository({ now: () => NOW });
}

export async function keysOf(repository: MemoryRepository): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of repository.list("")) keys.push(key);
  return keys;
}

import type { ByteSink, DumpSession, DumpSource, PlannedObject, ProducedTable } from "../../runner/dump/dumpSource";
import { NOW } from "./fixtures";

/** A chunk that storage gets as a whole part or more. */
export const PART = Buffer.alloc(9 * 1024 * 1024, "x");

export interface ObjectsOptions {
  objects: PlannedObject[];
  workers?: number;
  takenAt?: Date;
  /** Names of its tables, in schema public. */
  tables?: string[];
}

/** An object whose bytes are told. */
export function plainObject(
  name: string,
  bytes: string | Buffer,
  produce?: (sink: ByteSink, signal: AbortSignal) => Promise<void>,
): PlannedObject {
  const chunk = Buffer.from(bytes);
  return {
    name,
    role: "schema",
    format: "pg_dump-custom",
    estimatedBytes: chunk.length,
    async produce(sink, signal) {
      await produce?.(sink, signal);
      await sink.write(chunk);
      return { raw: { bytes: chunk.length }, tables: [] };
    },
  };
}

/** An object of tables; each frame is said to be where it is, unless `change` says otherwise. */
export function tablesObject(
  name: string,
  frames: { table: string; bytes: string; fromBlock?: number; toBlock?: number }[],
  change: (table: ProducedTable, index: number) => void = () => undefined,
): PlannedObject {
  return {
    name,
    role: "tables",
    format: "sql",
    estimatedBytes: frames.reduce((sum, frame) => sum + frame.bytes.length, 0),
    async produce(sink) {
      const tables: ProducedTable[] = [];
      for (const { table, bytes, ...blocks } of frames) {
        const data = { offset: sink.position, bytes: bytes.length, rawBytes: 2 * bytes.length, rows: 1, ...blocks };
        tables.push({ schema: "public", name: table, data });
        await sink.write(Buffer.from(bytes));
      }
      const rawBytes = tables.reduce((sum, { data }) => sum + data.rawBytes, 0);
      tables.forEach(change);
      return { raw: { bytes: rawBytes }, tables };
    },
  };
}

/** A source whose objects are told, without any process. */
export class ObjectsSource implements DumpSource {
  closed = 0;
  constructor(private readonly options: ObjectsOptions) {}

  open(): Promise<DumpSession> {
    const { objects, workers = 2, takenAt = NOW, tables = [] } = this.options;
    const lost = new Promise<never>(() => undefined);
    return Promise.resolve({
      takenAt,
      source: {
        engine: "postgresql",
        serverVersion: "15.18",
        clientVersion: "15.18",
        databaseName: "shop",
        encoding: "UTF8",
      },
      tables: tables.map((name) => ({ schema: "public", name, kind: "r", rowEstimate: 3, bytes: 8192 })),
      schemaFingerprint: "f".repeat(64),
      excludedTables: [],
      estimatedBytes: objects.reduce((sum, object) => sum + object.estimatedBytes, 0),
      lost,
      shape: "parallel",
      workers,
      objects,
      close: () => Promise.resolve(void (this.closed += 1)),
    });
  }
}

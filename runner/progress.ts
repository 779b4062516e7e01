import type { PlannedObject, ProducedObject } from "./dump/dumpSource";
import { tableKey } from "./tableName";

/** How far a dump is. */
export interface Progress {
  storedBytes: number;
  /** Of the whole dump so far. */
  storedBytesPerSecond: number;
  objectsDone: number;
  objects: number;
  /** With rows in the objects that are done. */
  tablesDone: number;
  tables: number;
  /** From 0 to 1, by the estimates of the objects that are done, and by what was read of those that say so. */
  fraction: number;
  /** Until the end at the pace so far; null while nothing is done that a pace could be told from. */
  etaSeconds: number | null;
}

/** Of its estimate, while an object is not done: estimates are of the table's files, and rows may turn out longer. */
const MOST_OF_UNDONE = 0.95;

/**
 * Counts what a dump has done. An object of a part of the tables counts when it is done. A single stream says how much it has
 * read: it is nearly all there is, and until its end nothing else would tell how far the dump is.
 */
export class ProgressMeter {
  private readonly startedMs: number;
  private readonly estimatedBytes: number;
  private readonly tablesSeen = new Set<string>();
  private storedBytes = 0;
  private objectsDone = 0;
  private estimatedBytesDone = 0;
  private readonly readBytes = new Map<Pick<PlannedObject, "estimatedBytes">, number>();

  /** @param tables how many there are in all */
  constructor(
    private readonly objects: readonly Pick<PlannedObject, "estimatedBytes">[],
    private readonly tables: number,
    private readonly clock: () => Date,
  ) {
    this.startedMs = clock().getTime();
    this.estimatedBytes = objects.reduce((sum, object) => sum + object.estimatedBytes, 0);
  }

  /** Storage took a part. */
  sent(bytes: number): void {
    this.storedBytes += bytes;
  }

  /** So much of an object was read from the source so far. */
  read(planned: Pick<PlannedObject, "estimatedBytes">, rawBytes: number): void {
    this.readBytes.set(planned, Math.min(rawBytes, MOST_OF_UNDONE * planned.estimatedBytes));
  }

  /** An object has all of its bytes. */
  done(planned: Pick<PlannedObject, "estimatedBytes" | "role">, produced: ProducedObject): void {
    this.objectsDone += 1;
    this.readBytes.delete(planned);
    this.estimatedBytesDone += planned.estimatedBytes;
    for (const table of produced.tables) this.tablesSeen.add(tableKey(table));
  }

  now(): Progress {
    const seconds = (this.clock().getTime() - this.startedMs) / 1000;
    const isDone = this.objectsDone === this.objects.length;
    const doneBytes = [...this.readBytes.values()].reduce((sum, bytes) => sum + bytes, this.estimatedBytesDone);
    const fraction = isDone ? 1 : this.estimatedBytes === 0 ? 0 : doneBytes / this.estimatedBytes;
    return {
      storedBytes: this.storedBytes,
      storedBytesPerSecond: seconds > 0 ? Math.round(this.storedBytes / seconds) : 0,
      objectsDone: this.objectsDone,
      objects: this.objects.length,
      // What has no rows of its own, and a single stream's tables, are done when everything is.
      tablesDone: isDone ? this.tables : this.tablesSeen.size,
      tables: this.tables,
      fraction: Math.round(fraction * 1000) / 1000,
      etaSeconds: fraction > 0 ? Math.round((seconds * (1 - fraction)) / fraction) : null,
    };
  }
}

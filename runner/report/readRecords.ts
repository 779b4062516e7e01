import { messageOf, StageError } from "../errors";
import { readText } from "../repository/readText";
import type { Repository } from "../repository/repository";
import { inWorkers } from "../workers";

/** Records of one kind and database that are read; the newest. */
export const MOST_RECORDS = 400;
/** Keys that are listed for one kind and database. */
export const MOST_KEYS = 20_000;
export const READS_AT_ONCE = 8;
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const NEVER = new AbortController().signal;

/** Keys of records that are to be read. */
export interface Listing {
  /** Newest first, no more than are read. */
  keys: string[];
  remarks: string[];
}

/** What came of reading them. */
export interface Records<T> {
  /** In the order of their keys. */
  records: T[];
  /** What is wrong with each other one, by its key. */
  unreadable: Map<string, string>;
  remarks: string[];
}

/** The newest of some keys, and a sentence where that is not all of them. @param keys newest first */
export function newestOf(keys: readonly string[], what: string): Listing {
  const newest = keys.slice(0, MOST_RECORDS);
  const isCut = keys.length > newest.length;
  return { keys: newest, remarks: isCut ? [`of ${keys.length} ${what} the newest ${newest.length} were read`] : [] };
}

/** Reads records; one that can't be read is named, since a report with a gap must show it. */
export async function readRecords<T>(
  repository: Repository,
  keys: readonly string[],
  decode: (text: string, key: string) => T,
): Promise<Records<T>> {
  const found = new Map<string, T>();
  const unreadable = new Map<string, string>();
  const interruption = () => new StageError("report", "interrupted", "stopped by a signal");
  await inWorkers([...keys], READS_AT_ONCE, { signal: NEVER, interruption }, async (key) => {
    try {
      found.set(key, decode(await readText(repository, "report", key, MAX_RECORD_BYTES), key));
    } catch (error) {
      unreadable.set(key, messageOf(error));
    }
  });
  const remarks = [...unreadable.values()].map((problem) => `not counted: ${problem}`).sort();
  return { records: keys.flatMap((key) => found.get(key) ?? []), unreadable, remarks };
}

import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, StageError, detailOf } from "./errors";
import type { PartUpload } from "./repository/repository";

const ABORTS_AT_ONCE = 16;
const MOST_SHOWN = 3;

/** How long a run that has to end waits for storage, in ms. */
export interface Patience {
  /** For the answer to a completion or a put that was under way when a signal came: it tells an object from a perhaps. */
  answerMs: number;
  /** For the removal of all uploads. */
  cleanUpMs: number;
}

/** Together, and with the end of children and session, below the 120 seconds after which Fargate kills a task that was stopped. */
export const PATIENCE: Patience = { answerMs: 15_000, cleanUpMs: 60_000 };

/** `a; b; c; and 4 more`. */
function some(items: readonly string[]): string {
  const shown = items.slice(0, MOST_SHOWN);
  return [...shown, ...(items.length > MOST_SHOWN ? [`and ${items.length - MOST_SHOWN} more`] : [])].join("; ");
}

/** Aborts uploads and resolves with why some could not be, one sentence each. Storage that does not answer is not waited for forever. */
async function abortAll(uploads: readonly PartUpload[], limitMs: number): Promise<string[]> {
  const left = new Map(uploads.map((upload) => [upload, `abort upload of ${upload.key}: no answer in time`]));
  const queue = [...uploads];
  const worker = async () => {
    for (let upload = queue.shift(); upload !== undefined; upload = queue.shift()) {
      try {
        await upload.abort();
        left.delete(upload);
      } catch (error) {
        left.set(upload, messageOf(error));
      }
    }
  };
  const over = new AbortController();
  const limit = sleep(limitMs, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([Promise.all(Array.from({ length: ABORTS_AT_ONCE }, worker)), limit]);
  over.abort();
  queue.length = 0;
  return [...left.values()];
}

/** What a failed run may have left in storage. */
export interface Remains {
  /** Neither completed nor aborted. */
  uploads: readonly PartUpload[];
  /** Keys of data objects that are complete, or may be, without a manifest. */
  orphans: readonly string[];
}

/**
 * Removes what can be removed, and returns the error of the run with what could not.
 * @param limitMs longest wait for storage
 */
export async function cleanUpAfter(error: unknown, remains: Remains, limitMs: number): Promise<unknown> {
  const unaborted = await abortAll(remains.uploads, limitMs);
  const notes = [
    ...(unaborted.length === 0
      ? []
      : [`the parts could not be removed: ${some(unaborted)} (the bucket's lifecycle removes them after 3 days)`]),
    ...(remains.orphans.length === 0
      ? []
      : [
          `objects are left without a manifest, so no reader takes them for a backup, until lifecycle expires them: ${some(remains.orphans)}`,
        ]),
  ];
  if (notes.length === 0) return error;
  const stage = error instanceof StageError ? error : new StageError("backup", "unexpected", messageOf(error));
  const detail = [detailOf(stage), ...notes].join("; and ");
  return new StageError(stage.stage, stage.exit, detail, { cause: error });
}

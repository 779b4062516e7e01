import { setTimeout as sleep } from "node:timers/promises";
import { unlessAborted } from "../interruption";
import type { Stage } from "./childStage";

/** Time for the other stages to end by themselves after one failed, which tells cause from consequence. */
const SETTLE_MS = 5_000;

/**
 * Reads the output of a chain of stages, in which each writes into the next, until all of them exited 0.
 *
 * A stage that dies ends the ones before it by a broken pipe, and gives the ones after it an early but orderly end. So of all
 * that failed, the last of the chain is the cause. On any failure every stage is gone before this rejects.
 *
 * @param stages first to last; the stdout of the last is read here
 * @param write takes a chunk; its rejection is a cause by itself
 * @param signal its reason is what this rejects with
 */
export async function pump(
  stages: readonly Stage[],
  write: (chunk: Buffer) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const failures = new Map<Stage, unknown>();
  const ends = stages.map((stage) => stage.done.catch((error: unknown) => void failures.set(stage, error)));
  let refusal: { error: unknown } | undefined;
  let dropRest = () => {};
  const dropped = new Promise<"dropped">((resolve) => (dropRest = () => resolve("dropped")));
  const copying = (async () => {
    let isDropping = false;
    for await (const chunk of stages.at(-1)!.stdout!) {
      if (isDropping) continue;
      const writing = write(chunk as Buffer).catch((error: unknown) => {
        refusal ??= { error };
        throw error;
      });
      isDropping = (await Promise.race([writing, dropped])) === "dropped";
    }
  })();
  try {
    const all = Promise.all([copying, ...stages.map((stage) => stage.done)]);
    await unlessAborted(signal, all, () => signal.reason as Error);
  } catch (error) {
    const first = refusal;
    if (failures.size > 0 && first === undefined && !signal.aborted) {
      dropRest();
      await Promise.race([Promise.all(ends), sleep(SETTLE_MS, undefined, { ref: false })]);
    }
    const cause = stages.map((stage) => failures.get(stage)).findLast((failure) => failure !== undefined);
    await Promise.all(stages.map((stage) => stage.stop()));
    if (signal.aborted) throw error;
    throw first === undefined ? (cause ?? error) : first.error;
  }
}

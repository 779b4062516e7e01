import { setTimeout as sleep } from "node:timers/promises";
import { unlessAborted } from "../interruption";
import type { Stage } from "./childStage";
import { Handover } from "./handover";

/** Time for the other stages to end by themselves after one failed, which tells cause from consequence. */
const SETTLE_MS = 5_000;

/**
 * Reads the output of a chain of stages, in which each writes into the next, until all of them exited 0.
 *
 * A stage that dies ends the ones before it by a broken pipe, and gives the ones after it an early but orderly end. So of all
 * that failed, the last of the chain is the cause. On any failure every stage is gone before this rejects; a consumer that waits
 * for something else at that moment is not waited for, and gets nothing more.
 *
 * @param stages first to last; the stdout of the last is read here
 * @param consume takes the output, which ends only when every stage exited 0; its own rejection is a cause by itself
 * @param signal its reason is what this rejects with
 * @returns what `consume` resolved to
 */
export async function pump<T>(
  stages: readonly Stage[],
  consume: (output: AsyncIterable<Buffer>) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const failures = new Map<Stage, unknown>();
  const ends = stages.map((stage) => stage.done.catch((error: unknown) => void failures.set(stage, error)));
  const output = new Handover();
  const copying = (async () => {
    for await (const chunk of stages.at(-1)!.stdout!) await output.put(chunk as Buffer);
    await Promise.all(stages.map((stage) => stage.done));
    output.end();
  })();
  copying.catch((error: unknown) => output.fail(error));
  const consuming = consume(output);
  consuming.catch(() => undefined);
  // A consumer that fails while the stages are well fails by itself.
  const refused = consuming.then(
    () => new Promise<never>(() => undefined),
    (error: unknown) => (output.hasFailed ? new Promise<never>(() => undefined) : Promise.reject(new Refusal(error))),
  );
  refused.catch(() => undefined);
  try {
    const ended = Promise.all([copying, ...stages.map((stage) => stage.done)]);
    const all = Promise.race([ended, refused]).then(() => consuming);
    return await unlessAborted(signal, all, () => signal.reason as Error);
  } catch (error) {
    const isOfStages = !(error instanceof Refusal) && !signal.aborted;
    if (isOfStages && failures.size > 0) {
      output.drop();
      await Promise.race([Promise.all(ends), sleep(SETTLE_MS, undefined, { ref: false })]);
    }
    const cause = stages.map((stage) => failures.get(stage)).findLast((failure) => failure !== undefined);
    await Promise.all(stages.map((stage) => stage.stop()));
    output.fail(error);
    if (signal.aborted) throw error;
    throw error instanceof Refusal ? error.reason : (cause ?? error);
  }
}

/** The consumer's own rejection, told apart from what the stages failed with. */
class Refusal extends Error {
  constructor(readonly reason: unknown) {
    super("the consumer refused");
  }
}

import { StageError } from "../errors";
import type { Stage } from "./childStage";

/** Writes to a child that may stop reading early: what it does not want is dropped, its exit code decides. */
export class Feed {
  private isClosed = false;
  private wake = () => {};
  constructor(private readonly stage: Stage) {
    const close = () => {
      this.isClosed = true;
      this.wake();
    };
    stage
      .stdin!.on("error", close)
      .once("close", close)
      .on("drain", () => this.wake());
  }

  /** Resolves when there is room for more. */
  async write(chunk: Buffer): Promise<void> {
    if (this.isClosed || this.stage.stdin!.write(chunk)) return;
    // A race against one promise for all writes would keep a bit of memory for each of them.
    await new Promise<void>((resolve) => (this.wake = resolve));
  }

  end(): void {
    if (!this.isClosed) this.stage.stdin!.end();
  }
}

/** A promise that rejects when the signal is aborted, until it is released. */
export function interruption(signal: AbortSignal, stage: string): { promise: Promise<never>; release: () => void } {
  let release = () => {};
  const promise = new Promise<never>((_, reject) => {
    const stop = () => reject(new StageError(stage, "interrupted", "stopped by a signal"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    release = () => signal.removeEventListener("abort", stop);
  });
  promise.catch(() => undefined);
  return { promise, release };
}

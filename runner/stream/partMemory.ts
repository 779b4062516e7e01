import type { PartLimits } from "./partPlan";

const MIB = 1024 * 1024;
/**
 * Buffers besides those that the streams fill. Two parts in flight are 100 MB/s where storage takes 0.1 s for one of 5 MiB, which is
 * more than a compressor makes; every other would only be memory.
 */
const SPARE_BUFFERS = 2;

interface Waiter {
  bytes: number;
  take: (buffer: Buffer) => void;
}

/**
 * The part buffers of all streams of a run. Each stream fills one; the others are of parts in flight. What is handed out and
 * what is kept for reuse never exceed the budget together.
 *
 * No stream waits for ever: one that waits holds nothing but parts in flight, which end, and no part is larger than
 * what `planParts` allows, so what the other streams fill leaves room for one more. Whoever waits longest is served first.
 */
export class PartMemory {
  private readonly budgetBytes: number;
  private readonly mostBuffers: number;
  private readonly free: Buffer[] = [];
  private readonly waiters = new Set<Waiter>();
  private lentBuffers = 0;
  private lentBytes = 0;

  constructor({ bufferBudgetMiB, streams }: PartLimits) {
    this.budgetBytes = bufferBudgetMiB * MIB;
    this.mostBuffers = streams + SPARE_BUFFERS;
  }

  /**
   * Takes hold of all buffers of this length, as many as the budget has room for, and of the memory behind them: a machine
   * that has too little ends the run at its first second and not in its fifth hour, and a long run needs no more than a
   * short one.
   */
  claim(bytes: number): void {
    while (this.free.length + this.lentBuffers < this.mostBuffers && this.heldBytes + bytes <= this.budgetBytes) {
      // Memory that was never written to is not there yet.
      this.free.push(Buffer.allocUnsafeSlow(bytes).fill(0));
    }
  }

  /** Bytes in use and kept for reuse. */
  get heldBytes(): number {
    return this.lentBytes + this.free.reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * A buffer of exactly this length, as soon as there is room for it.
   * @param signal ends the wait; its reason is what this rejects with
   */
  async take(bytes: number, signal: AbortSignal): Promise<Buffer> {
    signal.throwIfAborted();
    if (this.waiters.size === 0 && this.hasRoomFor(bytes)) return this.lend(bytes);
    return new Promise<Buffer>((resolve, reject) => {
      const waiter: Waiter = {
        bytes,
        take: (buffer) => {
          signal.removeEventListener("abort", giveUp);
          resolve(buffer);
        },
      };
      const giveUp = () => {
        this.waiters.delete(waiter);
        // Whoever comes next may need less.
        this.serve();
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.waiters.add(waiter);
    });
  }

  /** Takes a buffer back, once nothing reads it any more. */
  giveBack(buffer: Buffer): void {
    this.lentBuffers -= 1;
    this.lentBytes -= buffer.length;
    this.free.push(buffer);
    this.serve();
  }

  private serve(): void {
    for (const waiter of this.waiters) {
      if (!this.hasRoomFor(waiter.bytes)) return;
      this.waiters.delete(waiter);
      waiter.take(this.lend(waiter.bytes));
    }
  }

  private hasRoomFor(bytes: number): boolean {
    return this.lentBuffers < this.mostBuffers && this.lentBytes + bytes <= this.budgetBytes;
  }

  private lend(bytes: number): Buffer {
    // The one used last is the likeliest to be in the processor's caches still.
    const at = this.free.findLastIndex(({ length }) => length === bytes);
    const reused = at === -1 ? undefined : this.free.splice(at, 1)[0];
    while (reused === undefined && this.heldBytes + bytes > this.budgetBytes) this.free.shift();
    this.lentBuffers += 1;
    this.lentBytes += bytes;
    return reused ?? Buffer.allocUnsafeSlow(bytes);
  }
}

/** Chunks from one that writes to one that reads, one at a time: a `put` resolves when its chunk was taken. */
export class Handover implements AsyncIterable<Buffer> {
  private chunk: Buffer | undefined;
  private outcome: { error?: unknown } | undefined;
  private isDropping = false;
  private wakeReader = () => {};
  private wakeWriter = () => {};

  /** Whether the reader got, or will get, an error. */
  get hasFailed(): boolean {
    return this.outcome !== undefined && "error" in this.outcome;
  }

  /** What comes after the reader has left is dropped. */
  async put(chunk: Buffer): Promise<void> {
    if (this.isDropping || this.outcome !== undefined) return;
    this.chunk = chunk;
    const taken = new Promise<void>((resolve) => (this.wakeWriter = resolve));
    this.wakeReader();
    await taken;
  }

  /** From here on chunks are dropped, also one that was not taken yet. The reader waits on. */
  drop(): void {
    this.isDropping = true;
    this.chunk = undefined;
    this.wakeWriter();
  }

  /** The reader ends after the last chunk. */
  end(): void {
    this.settle({});
  }

  /** The reader fails with `error`; a chunk that it has not taken is dropped. */
  fail(error: unknown): void {
    this.settle({ error });
  }

  private settle(outcome: { error?: unknown }): void {
    this.outcome ??= outcome;
    this.wakeReader();
    this.wakeWriter();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        if (this.hasFailed) throw this.outcome!.error;
        const { chunk } = this;
        if (chunk !== undefined) {
          this.chunk = undefined;
          this.wakeWriter();
          yield chunk;
        } else if (this.outcome !== undefined) return;
        else await new Promise<void>((resolve) => (this.wakeReader = resolve));
      }
    } finally {
      this.drop();
    }
  }
}

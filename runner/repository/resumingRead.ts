import { Readable } from "node:stream";
import { noteUsedUp } from "../stream/chunkGarbage";

/** Connections in a row that may break without one new byte before a read gives up. */
const MAX_FRUITLESS = 5;

/**
 * The bytes of one object over as many connections as it takes: a download of hours outlives no single one of them, and
 * one whose reader pauses is cut off by time-outs.
 *
 * A broken connection is followed by a request for the rest, only when the reader wants more. Fails with the last
 * connection's error after 5 in a row that brought nothing, or with the error of `open`.
 */
export class ResumingRead extends Readable {
  private body: Readable | undefined;
  private position = 0;
  private fruitless = 0;
  private isWanted = false;
  private isOpening = false;
  private lastError: Error | undefined;

  /**
   * @param first body of the whole object
   * @param totalBytes length of the object
   * @param open opens a body of the bytes from a position to the end
   */
  constructor(
    first: Readable,
    private readonly totalBytes: number,
    private readonly open: (from: number) => Promise<Readable>,
  ) {
    super();
    this.attach(first);
  }

  override _read(): void {
    this.isWanted = true;
    if (this.body) this.body.resume();
    else void this.reopen();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.body?.destroy();
    this.body = undefined;
    callback(error);
  }

  private attach(body: Readable): void {
    this.body = body;
    body.pause();
    body.on("data", (chunk: Buffer) => {
      if (this.body !== body) return;
      this.position += chunk.length;
      this.fruitless = 0;
      this.isWanted = false;
      if (!this.push(chunk)) body.pause();
      noteUsedUp(chunk.length);
    });
    body.once("end", () => {
      if (this.body === body) this.push(null);
    });
    body.on("error", (error) => this.detach(body, error));
    body.once("close", () => {
      if (!body.readableEnded) this.detach(body, new Error("the connection was closed"));
    });
  }

  private detach(body: Readable, error: Error): void {
    if (this.body !== body || this.destroyed) return;
    this.body = undefined;
    this.lastError = error;
    this.fruitless += 1;
    if (this.isWanted) void this.reopen();
  }

  private async reopen(): Promise<void> {
    if (this.isOpening || this.destroyed || this.readableEnded) return;
    if (this.position >= this.totalBytes) return void this.push(null);
    if (this.fruitless > MAX_FRUITLESS) return void this.destroy(this.lastError);
    this.isOpening = true;
    try {
      const body = await this.open(this.position);
      if (this.destroyed) return void body.destroy();
      this.attach(body);
      body.resume();
    } catch (error) {
      this.destroy(error as Error);
    } finally {
      this.isOpening = false;
    }
  }
}

import { Readable } from "node:stream";
import type { Socket } from "node:net";
import type { Connection, Submittable } from "pg";
import { copyFailure } from "./copyError";

/** Messages of the server. @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
const COPY_DATA = 0x64;
const COPY_OUT_RESPONSE = 0x48;
const COPY_DONE = 0x63;
const ERROR_RESPONSE = 0x45;
/** Notice, parameter status and notification may come at any time; the driver is told. */
const INTERSPERSED = new Set([0x4e, 0x53, 0x41]);
const HEADER_BYTES = 5;
const LONG_ROW_BYTES = 256;

/**
 * `COPY ... TO STDOUT` as a stream of its data, for `client.query`.
 *
 * The driver makes an event of every row; that costs many times what copying does. So while data flows this reads the connection
 * itself, and takes the headers out of whole chunks. No more is read from the server than the reader takes.
 */
export class CopyOut extends Readable implements Submittable {
  /** Rows that the server says it sent; known once the stream has ended. */
  rows: number | undefined;
  private socket: Socket | undefined;
  private driver: ((chunk: Buffer) => void) | undefined;
  /** Bytes of a message whose header, or whose whole, has not come yet. */
  private held: Buffer | undefined;
  /** Bytes of the current CopyData message still to come. */
  private owed = 0;
  private readonly onData = (chunk: Buffer) => this.parse(chunk);

  constructor(private readonly sql: string) {
    super({ highWaterMark: 256 * 1024 });
  }

  submit(connection: Connection): void {
    this.socket = connection.stream as Socket;
    this.driver = this.socket.listeners("data")[0] as (chunk: Buffer) => void;
    this.socket.removeListener("data", this.driver);
    this.socket.on("data", this.onData);
    connection.query(this.sql);
  }

  override _read(): void {
    if (this.driver !== undefined) this.socket!.resume();
  }

  /** Of the driver: the server refused, or the connection is gone. */
  handleError(error: Error): void {
    this.release();
    this.destroy(copyFailure(error));
  }

  /** Of the driver, as the last but one thing: its tag reads `COPY <rows>`. */
  handleCommandComplete({ text }: { text: string }): void {
    this.rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? Number.NaN);
  }

  /** Of the driver: all is said, so the stream may end. */
  handleReadyForQuery(): void {
    this.push(null);
  }

  /** A connection amid the rows of a COPY is of no use to anybody. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.driver !== undefined) this.socket!.destroy();
    callback(error);
  }

  private release(rest?: Buffer): void {
    const { socket, driver } = this;
    if (driver === undefined) return;
    this.driver = undefined;
    socket!.removeListener("data", this.onData);
    socket!.on("data", driver);
    if (rest !== undefined) driver(rest);
    socket!.resume();
  }

  private parse(received: Buffer): void {
    const chunk = this.held === undefined ? received : Buffer.concat([this.held, received]);
    this.held = undefined;
    let read = 0;
    let kept = 0;
    while (read < chunk.length) {
      if (this.owed > 0) {
        const length = Math.min(this.owed, chunk.length - read);
        // Moved to the front, over headers that were read already.
        // Most rows are so short that a call for each would cost more than the bytes.
        if (length > LONG_ROW_BYTES) chunk.copyWithin(kept, read, read + length);
        else for (let i = 0; i < length; i += 1) chunk[kept + i] = chunk[read + i]!;
        kept += length;
        read += length;
        this.owed -= length;
        continue;
      }
      if (chunk.length - read < HEADER_BYTES) break;
      const type = chunk[read]!;
      const length = chunk.readUInt32BE(read + 1);
      if (type === COPY_DATA) {
        read += HEADER_BYTES;
        this.owed = length - 4;
        continue;
      }
      if (type === ERROR_RESPONSE || type === COPY_DONE) {
        // What follows is for the driver, which knows what to make of it.
        this.deliver(chunk, kept);
        return this.release(Buffer.from(chunk.subarray(type === COPY_DONE ? read + 1 + length : read)));
      }
      if (type !== COPY_OUT_RESPONSE && !INTERSPERSED.has(type)) {
        return void this.destroy(copyFailure(new Error(`message of type ${type} amid the rows of a COPY`)));
      }
      if (chunk.length - read < 1 + length) break;
      const next = read + 1 + length;
      if (type !== COPY_OUT_RESPONSE) this.driver!(Buffer.from(chunk.subarray(read, next)));
      read = next;
    }
    if (read < chunk.length) this.held = Buffer.from(chunk.subarray(read));
    this.deliver(chunk, kept);
  }

  private deliver(chunk: Buffer, length: number): void {
    if (length > 0 && !this.push(chunk.subarray(0, length))) this.socket!.pause();
  }
}

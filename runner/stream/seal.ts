import { type ExitName, messageOf, StageError } from "../errors";

export { parseIdentities, parseRecipients, readIdentityFile } from "./ageKeys";

/**
 * Turns the bytes of one frame (or archive) into others, as a stream. A frame that fails makes the result fail with the same
 * error; a reader that stops early ends the frame, and goes on once it has ended.
 */
export type Seal = (frame: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/**
 * Encrypts each frame to an age file of its own, which each of the recipients alone opens. Memory: some chunks of 64 KiB.
 *
 * Format: https://c2sp.org/age
 * @param recipients public keys, as `parseRecipients` returns them
 * @throws StageError `dump`, while it is read, when a recipient is none
 */
export function ageSeal(recipients: readonly string[]): Seal {
  return async function* (frame) {
    // The package is an ES module alone; this file becomes CommonJS, from which only import() reaches it.
    const { Encrypter } = await import("age-encryption");
    const encrypter = new Encrypter();
    const source = new FrameSource(frame);
    try {
      for (const recipient of recipients) encrypter.addRecipient(recipient);
      yield* buffersOf(await encrypter.encrypt(source.stream));
    } catch (error) {
      source.rethrow();
      throw new StageError("encrypt", "dump", messageOf(error), { cause: error });
    } finally {
      await source.end();
    }
  };
}

/**
 * Decrypts an age file. Bytes come as soon as their chunk of 64 KiB was authenticated; that none is missing at the end is
 * known only when it ends without an error.
 *
 * @param identities private keys, of which one suffices
 * @param exit exit code when it can't be opened
 * @throws StageError while it is read: no identity opens it, or it is damaged or cut
 */
export function openSealed(identities: readonly string[], exit: ExitName): Seal {
  return async function* (file) {
    const { Decrypter } = await import("age-encryption");
    const decrypter = new Decrypter();
    const source = new FrameSource(file);
    try {
      for (const identity of identities) decrypter.addIdentity(identity);
      yield* buffersOf(await decrypter.decrypt(source.stream));
    } catch (error) {
      source.rethrow();
      throw openingError(error, identities.length, exit);
    } finally {
      await source.end();
    }
  };
}

/** The public keys of private ones. */
export async function recipientsOf(identities: readonly string[]): Promise<string[]> {
  const { identityToRecipient } = await import("age-encryption");
  return Promise.all(identities.map((identity) => identityToRecipient(identity)));
}

function openingError(error: unknown, identities: number, exit: ExitName): StageError {
  const message = messageOf(error);
  const detail = message.startsWith("no identity matched")
    ? `${identities === 1 ? "the identity does not open it" : `none of the ${identities} identities opens it`}: it was encrypted to others`
    : `it is no age file, or damaged, or cut (${message})`;
  return new StageError("decrypt", exit, detail, { cause: error });
}

/** A frame as the library wants it: pulled chunk by chunk, and nothing ahead of need. */
class FrameSource {
  private failure: { error: unknown } | undefined;
  readonly stream: ReadableStream<Uint8Array>;
  private readonly iterator: AsyncIterator<Buffer>;

  constructor(frame: AsyncIterable<Buffer>) {
    this.iterator = frame[Symbol.asyncIterator]();
    this.stream = new ReadableStream(
      {
        pull: async (controller) => {
          try {
            const next = await this.iterator.next();
            if (next.done) controller.close();
            else controller.enqueue(next.value);
          } catch (error) {
            this.failure = { error };
            controller.error(error);
          }
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Throws what the frame itself failed with, which is the cause of whatever the library then says. */
  rethrow(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  async end(): Promise<void> {
    await this.iterator.return?.();
  }
}

async function* buffersOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

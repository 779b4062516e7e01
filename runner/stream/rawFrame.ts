const MAGIC = 0xfd2fb528;
/** A raw block holds at most this many bytes: RFC 8878, 3.1.1.2.4. */
const MAX_BLOCK_BYTES = 128 * 1024;

/**
 * Wraps bytes, uncompressed, as one zstd frame. For text so short that a process which compresses it would cost more than it saves.
 *
 * Format: RFC 8878, 3.1.1: magic, a single segment with its size in 4 bytes, raw blocks, no checksum (who reads a frame has the
 * digest of the stored bytes).
 */
export function rawFrame(content: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt8(0b1010_0000, 4); // size in 4 bytes, single segment, no checksum, no dictionary
  header.writeUInt32LE(content.length, 5);
  const parts: Buffer[] = [header];
  let at = 0;
  do {
    const block = content.subarray(at, at + MAX_BLOCK_BYTES);
    at += block.length;
    const blockHeader = Buffer.alloc(3);
    blockHeader.writeUIntLE((block.length << 3) | (at === content.length ? 1 : 0), 0, 3); // type 0: raw
    parts.push(blockHeader, block);
  } while (at < content.length);
  return Buffer.concat(parts);
}

const MAGIC = 0xfd2fb528;
/** Magic and frame header descriptor. */
const START_BYTES = 5;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;

/** Length of magic and frame header, which its descriptor tells. */
function frameHeaderBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0b0010_0000) !== 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  const dictionaryId = [0, 1, 2, 4][descriptor & 0b11]!;
  return START_BYTES + (isSingleSegment ? 0 : 1) + dictionaryId + contentSize;
}

/**
 * Follows the headers of zstd frames and blocks through a stream, without decompressing anything, and so knows where frames
 * end. Format: RFC 8878, 3.1.1.
 *
 * Skippable frames are refused: no run writes them, and nobody would ever see what they hide.
 */
export class FrameWalker {
  private frames = 0;
  private state: "start" | "frameHeader" | "block" | "checksum" | "broken" = "start";
  private neededBytes = START_BYTES;
  /** Bytes of the next header so far. */
  private head: Buffer = Buffer.alloc(0);
  /** Bytes to pass over before it. */
  private skipBytes = 0;
  private hasChecksum = false;
  private isLastBlock = false;

  /** Whether something came that is no frame. */
  get isBroken(): boolean {
    return this.state === "broken";
  }

  /** Whether all that came is one or more frames, each from its first byte to its last. */
  get isWhole(): boolean {
    return this.frames > 0 && this.state === "start" && this.head.length === 0;
  }

  /** Takes the next bytes; what comes after something that is no frame is ignored. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.isBroken;) at += this.pushFrame(chunk.subarray(at));
  }

  /** Takes the next bytes, but none behind the end of a frame. @returns how many it took; `isWhole` says whether a frame has ended */
  pushFrame(chunk: Buffer): number {
    const before = this.frames;
    let at = 0;
    while (at < chunk.length && !this.isBroken && this.frames === before) {
      if (this.skipBytes > 0) {
        const passed = Math.min(this.skipBytes, chunk.length - at);
        this.skipBytes -= passed;
        at += passed;
        if (this.skipBytes === 0) this.endBlock();
        continue;
      }
      const piece = chunk.subarray(at, at + this.neededBytes - this.head.length);
      at += piece.length;
      this.head = Buffer.concat([this.head, piece]);
      if (this.head.length === this.neededBytes) this.readHeader();
    }
    return at;
  }

  private expect(state: FrameWalker["state"], neededBytes: number, head: Buffer = Buffer.alloc(0)): void {
    this.state = state;
    this.neededBytes = neededBytes;
    this.head = head;
  }

  private readHeader(): void {
    const { head } = this;
    const descriptor = head[START_BYTES - 1]!;
    switch (this.state) {
      case "start":
        // Bit 3 is reserved.
        if (head.readUInt32LE(0) !== MAGIC || (descriptor & 0b1000) !== 0) this.state = "broken";
        else this.expect("frameHeader", frameHeaderBytes(descriptor), head);
        return;
      case "frameHeader":
        this.hasChecksum = (descriptor & 0b100) !== 0;
        return this.expect("block", BLOCK_HEADER_BYTES);
      case "block":
        return this.readBlockHeader(head.readUIntLE(0, BLOCK_HEADER_BYTES));
      case "checksum":
        return this.endFrame();
      case "broken":
        return;
    }
  }

  private readBlockHeader(header: number): void {
    const [type, size] = [(header >> 1) & 0b11, header >> 3];
    if (type === 3) {
      this.state = "broken";
      return;
    }
    this.isLastBlock = (header & 1) === 1;
    this.skipBytes = type === 1 ? 1 : size; // type 1 repeats one byte `size` times
    this.expect("block", BLOCK_HEADER_BYTES);
    if (this.skipBytes === 0) this.endBlock();
  }

  private endBlock(): void {
    if (!this.isLastBlock) return;
    if (this.hasChecksum) this.expect("checksum", CHECKSUM_BYTES);
    else this.endFrame();
  }

  private endFrame(): void {
    this.frames += 1;
    this.expect("start", START_BYTES);
  }
}

import v8 from "node:v8";
import vm from "node:vm";

const EVERY_BYTES = 2 * 1024 * 1024;

let collect: ((options: { type: "minor" }) => void) | undefined;
let sinceBytes = 0;

/** V8's own collector, which Node gives only to contexts made after the flag is set. */
function collector(): NonNullable<typeof collect> {
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as NonNullable<typeof collect>;
}

/**
 * Says that so many bytes of chunks from a pipe or a socket were used up. Each chunk is memory of its own outside the heap, which
 * V8 leaves there until tens of MiB have gathered; here the young ones are collected after every 2 MiB, in about a millisecond.
 */
export function noteUsedUp(bytes: number): void {
  sinceBytes += bytes;
  if (sinceBytes < EVERY_BYTES) return;
  sinceBytes = 0;
  collect ??= collector();
  collect({ type: "minor" });
}

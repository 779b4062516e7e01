import v8 from "node:v8";
import vm from "node:vm";

const YOUNG_EVERY_BYTES = 2 * 1024 * 1024;
/** What lived a little longer, promises mostly, is 10 KB for each MiB, and V8 would wait for tens of MB of it. */
const ALL_EVERY_TIMES = 64;

let collect: ((options?: { type: "minor" }) => void) | undefined;
let sinceBytes = 0;
let times = 0;

/** V8's own collector, which Node gives only to contexts made after the flag is set. */
function collector(): NonNullable<typeof collect> {
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc") as NonNullable<typeof collect>;
}

/**
 * Says that so many bytes of chunks from a pipe or a socket were used up. Each chunk is memory of its own outside the heap, which
 * V8 leaves there until tens of MiB have gathered; here the young ones are collected after every 2 MiB, in about a millisecond,
 * and all garbage after every 128 MiB, so that memory is the same whatever the length of a stream.
 */
export function noteUsedUp(bytes: number): void {
  sinceBytes += bytes;
  if (sinceBytes < YOUNG_EVERY_BYTES) return;
  sinceBytes = 0;
  times += 1;
  collect ??= collector();
  // Without an argument: Node 22 takes `undefined` for the young ones alone, and Node 20 does so with { type: "major" }.
  if (times % ALL_EVERY_TIMES === 0) collect();
  else collect({ type: "minor" });
}

// Shifts the clock of the process it is preloaded into by the whole or fractional hours written in $BACKUP321_CLOCK_FILE.
// The file is read again as time passes, so a process that is already warm follows a change.
const { readFileSync } = require("node:fs");
const { performance } = require("node:perf_hooks");

const RealDate = Date;
const REREAD_MS = 20;
let offsetMs = 0;
let readAt = -Infinity;

function now() {
  // performance.now() is monotonic and not shifted.
  if (performance.now() - readAt > REREAD_MS) {
    readAt = performance.now();
    offsetMs = Number(readFileSync(process.env.BACKUP321_CLOCK_FILE, "utf8")) * 3_600_000;
  }
  return RealDate.now() + offsetMs;
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
});

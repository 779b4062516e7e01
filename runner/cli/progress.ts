import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../progress";
import type { CliContext } from "./context";
import { humanBytes, humanSeconds } from "./format";

/** What stands beside the bar over a known number of bytes. A pace shows after a second. */
export function byteBarText(done: number, total: number, seconds: number): string {
  const parts = [`${humanBytes(done)} of ${humanBytes(total)}`];
  if (seconds >= 1 && done > 0) {
    const perSecond = done / seconds;
    parts.push(`${humanBytes(Math.round(perSecond))}/s`);
    if (done < total) parts.push(`about ${humanSeconds((total - done) / perSecond)} left`);
  }
  return parts.join(" | ");
}

/** Progress over a known number of bytes: a bar for people at a terminal, silence elsewhere. */
export class ByteProgress {
  private bar: SingleBar | undefined;
  private startedMs = 0;
  constructor(
    private readonly context: CliContext,
    private readonly label: string,
  ) {}

  update(done: number, total: number): void {
    if (!this.context.isInteractive) return;
    const nowMs = this.context.clock().getTime();
    if (!this.bar) {
      this.startedMs = nowMs;
      const format = `${this.label} {bar} {percentage}% | {text}`;
      this.bar = new SingleBar({ format, hideCursor: true }, Presets.shades_classic);
      this.bar.start(total, 0, { text: byteBarText(0, total, 0) });
    }
    this.bar.update(done, { text: byteBarText(done, total, (nowMs - this.startedMs) / 1000) });
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}

/** What stands beside the bar of a dump. */
export function dumpBarText(progress: Progress): string {
  const { storedBytes, storedBytesPerSecond, objectsDone, objects, tablesDone, tables, etaSeconds } = progress;
  const parts = [
    `${humanBytes(storedBytes)} stored`,
    `${humanBytes(storedBytesPerSecond)}/s`,
    `${objectsDone} of ${objects} objects`,
    `${tablesDone} of ${tables} tables`,
    ...(etaSeconds === null ? [] : [`about ${humanSeconds(etaSeconds)} left`]),
  ];
  return parts.join(" | ");
}

/** Progress of a dump, for people at a terminal. */
export class DumpBar {
  private bar: SingleBar | undefined;

  update(progress: Progress): void {
    const payload = { text: dumpBarText(progress) };
    const percentage = Math.floor(progress.fraction * 100);
    if (this.bar) return this.bar.update(percentage, payload);
    this.bar = new SingleBar(
      { format: "backup {bar} {percentage}% | {text}", hideCursor: true },
      Presets.shades_classic,
    );
    this.bar.start(100, percentage, payload);
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}

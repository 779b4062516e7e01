import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "../progress";
import type { CliContext } from "./context";
import { humanBytes, humanSeconds } from "./format";

/** Progress over a known number of bytes: a bar for people at a terminal, silence elsewhere. */
export class ByteProgress {
  private bar: SingleBar | undefined;
  constructor(
    private readonly context: CliContext,
    private readonly label: string,
  ) {}

  update(done: number, total: number): void {
    if (!this.context.isInteractive) return;
    if (!this.bar) {
      const format = `${this.label} {bar} {percentage}% | {value} of {total}`;
      this.bar = new SingleBar(
        {
          format,
          hideCursor: true,
          formatValue: (value, _, type) => (type === "percentage" ? String(value) : humanBytes(value)),
        },
        Presets.shades_classic,
      );
      this.bar.start(total, 0);
    }
    this.bar.update(done);
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

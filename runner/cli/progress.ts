import { Presets, SingleBar } from "cli-progress";
import type { CliContext } from "./context";
import { humanBytes } from "./format";

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

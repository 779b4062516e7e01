/** What the demo prints: a line per step, a bar while one takes long, details below, a summary at the end. */
import { SingleBar } from "cli-progress";

const STEPS = 11;

/** Handed to a step while it runs. */
export interface Reporter {
  /** Says what is going on now; replaces the line before it on a terminal. */
  now: (text: string) => void;
  /** Moves the bar; `total` may be an estimate. */
  progress: (done: number, total: number, text?: string) => void;
}

export interface StepResult<T> {
  value: T;
  /** Shown on the step's line when it is done. */
  headline: string;
  /** Indented lines below it. */
  details?: string[];
}

export class DemoConsole {
  private bar: SingleBar | undefined;
  private readonly isTerminal = process.stdout.isTTY === true;
  readonly startedAt = Date.now();

  say(text = ""): void {
    process.stdout.write(`${text}\n`);
  }

  /** Runs one step and prints its line; `number` 0 prepares and is not counted. */
  async step<T>(number: number, title: string, work: (report: Reporter) => Promise<StepResult<T>>): Promise<T> {
    const label = number === 0 ? "     " : ` ${number}/${STEPS} `;
    const startedAt = Date.now();
    if (!this.isTerminal) this.say(`${label} ${title} ...`);
    const pulse = this.pulse(startedAt);
    try {
      const { value, headline, details = [] } = await work(this.reporter(`${label} ${title}`));
      this.clear();
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      this.say(`${label} ${title}: ${headline} (${seconds} s)`);
      for (const line of details) this.say(`        ${line}`);
      return value;
    } finally {
      clearInterval(pulse);
      this.clear();
    }
  }

  /** A step that takes minutes shows that it is alive: each second on a terminal, each half minute elsewhere. */
  private pulse(startedAt: number): NodeJS.Timeout {
    const beat = () => {
      const elapsed = `${Math.round((Date.now() - startedAt) / 1000)} s`;
      if (this.isTerminal) this.bar?.update({ elapsed });
      else this.say(`        still at it after ${elapsed}`);
    };
    return setInterval(beat, this.isTerminal ? 1_000 : 30_000).unref();
  }

  private reporter(prefix: string): Reporter {
    let last = "";
    const print = (text: string) => {
      if (text !== last) this.say(`        ${text}`);
      last = text;
    };
    return {
      now: (text) => (this.isTerminal ? this.draw(prefix, 0, 0, text) : print(text)),
      // Without a terminal a bar would be a thousand lines; the step's own lines say enough.
      progress: (done, total, text = "") => {
        if (this.isTerminal) this.draw(prefix, done, total, text);
      },
    };
  }

  private draw(prefix: string, done: number, total: number, text: string): void {
    if (!this.bar) {
      this.bar = new SingleBar({
        format: `${prefix} {bar} {elapsed} {text}`,
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        linewrap: false,
        barCompleteChar: "#",
        barIncompleteChar: ".",
      });
      this.bar.start(100, 0, { text, elapsed: "" });
    }
    this.bar.update(total === 0 ? 0 : Math.min(100, Math.round((100 * done) / total)), { text });
  }

  private clear(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

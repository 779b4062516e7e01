import type { Stage } from "../../runner/stream/childStage";
import { pump } from "../../runner/stream/pump";
import { shellStage } from "./shellStage";

const never = new AbortController().signal;
const sh = (script: string, next: Stage | "pipe" = "pipe", stdin: "pipe" | "ignore" = "ignore") =>
  shellStage(script, { stdin, stdout: next });

/** Two programs, the first of which writes into the second. */
function chain(first: string, second: string): [Stage, Stage] {
  const last = sh(second, "pipe", "pipe");
  return [sh(first, last), last];
}

async function readAll(output: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const chunk of output) text += String(chunk);
  return text;
}

describe("a chain of programs", () => {
  it("gives its output, and what the consumer made of it", async () => {
    expect(await pump(chain("echo one; echo two", "tr a-z A-Z"), readAll, never)).toBe("ONE\nTWO\n");
  });

  it("fails when its first program fails, though the last ended well; the consumer never sees the end", async () => {
    let hasEnded = false;
    const consume = async (output: AsyncIterable<Buffer>) => {
      await readAll(output);
      hasEnded = true;
    };
    await expect(pump(chain("echo one; exit 3", "cat"), consume, never)).rejects.toThrow("dump: sh exited with code 3");
    expect(hasEnded).toBe(false);
  });

  it("fails with the last of those that failed, which is the cause", async () => {
    const stages = chain("cat /dev/zero; exit 3", "head -c 10 >/dev/null; exit 4");
    await expect(pump(stages, readAll, never)).rejects.toThrow("dump: sh exited with code 4");
  });

  it("fails when the consumer does, and all programs are gone then", async () => {
    const stages = chain("cat /dev/zero", "cat");
    const refusal = new Error("storage is full");
    const consume = async (output: AsyncIterable<Buffer>) => {
      for await (const chunk of output) if (chunk.length > 0) throw refusal;
    };
    await expect(pump(stages, consume, never)).rejects.toBe(refusal);
    for (const stage of stages) await expect(stage.done).rejects.toThrow();
  });

  it("fails when the consumer does after the last chunk", async () => {
    const refusal = new Error("storage is full");
    const consume = async (output: AsyncIterable<Buffer>) => {
      await readAll(output);
      throw refusal;
    };
    await expect(pump(chain("echo one", "cat"), consume, never)).rejects.toBe(refusal);
  });

  it("fails when a program does while the consumer waits for something that never comes", async () => {
    const consume = async (output: AsyncIterable<Buffer>) => {
      for await (const chunk of output) if (chunk.length > 0) await new Promise<never>(() => undefined);
    };
    const stages = chain("echo one; exit 5", "cat");
    await expect(pump(stages, consume, never)).rejects.toThrow("dump: sh exited with code 5");
  });

  it("stops with the signal's reason, while the consumer waits", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const consume = async (output: AsyncIterable<Buffer>) => {
      for await (const chunk of output) {
        if (chunk.length > 0) stop.abort(reason);
        await new Promise<never>(() => undefined);
      }
    };
    const stages = chain("cat /dev/zero", "cat");
    await expect(pump(stages, consume, stop.signal)).rejects.toBe(reason);
    for (const stage of stages) await expect(stage.done).rejects.toThrow();
  });
});

/** The other end of `stackProcess`: the same stack, one process away. */
import { fork } from "node:child_process";
import { join } from "node:path";
import type { RunOptions, RunningStack, StackOptions } from "./runStack";
import type { Answer, Method } from "./stackProcess";

interface Waiting {
  resolve: (value: any) => void;
  reject: (error: Error) => void;
  run: RunOptions;
}

/** @param options with `programModule`; everything in it has to be plain data */
export async function openElsewhere(options: StackOptions): Promise<RunningStack> {
  const child = fork(join(__dirname, "stackProcess.ts"), [], {
    execArgv: ["--require", require.resolve("tsx/cjs")],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    serialization: "advanced",
  });
  const waiting = new Map<number, Waiting>();
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let calls = 0;
  let lastWords = "";
  child.stderr?.on("data", (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-2000)));
  child.once("exit", (code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`the stack's process ended with ${code}: ${lastWords.trim()}`));
  });
  child.on("message", (answer: Answer) => {
    const call = waiting.get(answer.id);
    if (!call) return;
    if ("output" in answer) return call.run.onOutput?.(answer.output);
    if ("resource" in answer) return call.run.onResource?.(answer.resource);
    waiting.delete(answer.id);
    if ("error" in answer) call.reject(new Error(answer.error));
    else call.resolve(answer.value);
  });

  const ask = <T>(method: Method | "open" | "close", given: object = {}): Promise<T> => {
    const { onOutput, onResource, ...input } = given as RunOptions;
    const id = ++calls;
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve, reject, run: { onOutput, onResource } });
      child.send({ id, method, input });
    });
  };

  const close = async (): Promise<void> => {
    if (child.connected) {
      await ask("close").catch(() => undefined);
      child.disconnect();
    }
    await exited;
  };

  try {
    const env = await ask<Record<string, string>>("open", options);
    return {
      env,
      close,
      preview: (run) => ask("preview", run),
      up: (run) => ask("up", run),
      refresh: (run) => ask("refresh", run),
      destroy: (run) => ask("destroy", run),
      outputs: () => ask("outputs"),
      export: () => ask("export"),
    };
  } catch (error) {
    child.disconnect();
    throw error;
  }
}

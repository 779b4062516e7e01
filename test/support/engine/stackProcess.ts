/**
 * Runs a stack for another process, which speaks to it over the IPC channel. A failing Pulumi program leaves rejections
 * behind that nobody can await; here they end with the run instead of failing whatever test happens to be next.
 */
import type { RunOptions, RunningStack, StackOptions } from "./runStack";
import { openHere } from "./runStack";

export type Method = "preview" | "up" | "outputs" | "refresh" | "destroy" | "export";
export type Request = { id: number; input: any } & ({ method: "open" } | { method: Method } | { method: "close" });
export type Answer =
  | { id: number; output: string }
  | { id: number; resource: { operation: string; type: string; urn: string } }
  | { id: number; value: unknown }
  | { id: number; error: string };

let stack: RunningStack | undefined;
let programArgs: unknown;

/** A module that exports `program` gives a function of its arguments; any other is a program by being loaded. */
function programOf(module: string): NonNullable<StackOptions["program"]> {
  return async () => {
    delete require.cache[require.resolve(module)];
    // require, not import: only it goes through the TypeScript hook of this process.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const loaded = require(module) as Record<string, any>;
    if (typeof loaded["program"] === "function") return loaded["program"](programArgs);
    return Object.fromEntries(Object.entries(loaded).filter(([name]) => name !== "default" && name !== "__esModule"));
  };
}

async function answer({ id, method, input }: Request): Promise<unknown> {
  if (method === "open") {
    const { programModule, programArgs: args, ...options } = input as StackOptions;
    programArgs = args;
    stack = await openHere({ ...options, program: programOf(programModule!) });
    return stack.env;
  }
  if (!stack) throw new Error("the stack was not opened");
  if (method === "close") return stack.close();
  const run: RunOptions & { unprotect?: boolean } = { ...input };
  if (run.programArgs !== undefined) programArgs = run.programArgs;
  run.onOutput = (output) => send({ id, output });
  run.onResource = (resource) => send({ id, resource });
  return stack[method](run);
}

const send = (message: Answer): void => void process.send?.(message);

process.on("unhandledRejection", () => undefined);
process.on("disconnect", () => process.exit(0));
process.on("message", (request: Request) => {
  const { id } = request;
  answer(request).then(
    (value) => send({ id, value }),
    (error: unknown) => send({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});

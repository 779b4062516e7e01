/** A policy pack in a process of its own, asked as the engine asks it: over gRPC, resource by resource, then the stack. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import type { JavaScriptValue, Struct as StructClass } from "google-protobuf/google/protobuf/struct_pb";
import type { WireResource } from "./stack";

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
/** The engine registers so many resources at a time, about. */
const IN_FLIGHT = 16;
const START_TIMEOUT_MS = 60_000;

/** The one that the SDK's own messages are made of: it is no dependency of this project. */
const { Struct } = createRequire(require.resolve("@pulumi/pulumi/package.json"))(
  "google-protobuf/google/protobuf/struct_pb",
) as { Struct: typeof StructClass };

/** What a run of a pack over a stack took. */
export interface PackRun {
  /** Each resource by itself. */
  resourceSeconds: number;
  /** The whole stack, at its end. */
  stackSeconds: number;
  violations: number;
}

export interface PackProcess {
  /** From the start of the process to the port it prints. */
  startSeconds: number;
  judge(stack: readonly WireResource[]): Promise<PackRun>;
  /** Peak memory so far, MiB; undefined where the system does not tell. */
  peakMiB(): number | undefined;
  close(): void;
}

/** @throws when the pack does not start; with what it printed */
export async function startPack(folder: string): Promise<PackProcess> {
  const started = performance.now();
  // The SDK that the pack itself has; node's own search goes up from there.
  const program = createRequire(join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const child = spawn(process.execPath, [program, "127.0.0.1:0", folder], {
    cwd: folder,
    env: { PATH: process.env["PATH"], NODE_NO_WARNINGS: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [printed, failed] = ["", ""];
  child.stderr.on("data", (chunk) => (failed += String(chunk)));
  const port = await new Promise<string>((resolve, reject) => {
    const giveUp = (why: string) => reject(new Error(`bench: the pack ${folder} ${why}: ${failed.slice(-1000)}`));
    const timer = setTimeout(() => giveUp("printed no port in time"), START_TIMEOUT_MS);
    child.once("exit", (code) => giveUp(`ended with ${code}`));
    child.stdout.on("data", (chunk) => {
      printed += String(chunk);
      const found = /^(\d+)\s*$/m.exec(printed);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[1]!);
    });
  });
  const startSeconds = (performance.now() - started) / 1000;
  const client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  return {
    startSeconds,
    judge: (stack) => judge(client, stack),
    peakMiB: () => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
      } catch {
        return undefined;
      }
    },
    close: () => {
      client.close();
      child.kill("SIGKILL");
    },
  };
}

async function judge(client: AnalyzerClient, stack: readonly WireResource[]): Promise<PackRun> {
  const requests = stack.map((resource) => fill(new messages.AnalyzeRequest(), resource).serializeBinary());
  const whole = new messages.AnalyzeStackRequest();
  whole.setResourcesList(
    stack.map((resource) => {
      const message = fill(new messages.AnalyzerResource(), resource);
      const map = message.getPropertydependenciesMap();
      for (const [argument, urns] of Object.entries(resource.dependencies)) {
        const dependencies = new messages.AnalyzerPropertyDependencies();
        dependencies.setUrnsList(urns);
        map.set(argument, dependencies);
      }
      message.setDependenciesList([...new Set(Object.values(resource.dependencies).flat())]);
      return message;
    }),
  );
  const wholeStack = whole.serializeBinary();
  const begun = performance.now();
  let violations = 0;
  const waiting = requests.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const request of waiting) {
        violations += await ask(client, "Analyze", request);
      }
    }),
  );
  const between = performance.now();
  violations += await ask(client, "AnalyzeStack", wholeStack);
  return {
    resourceSeconds: (between - begun) / 1000,
    stackSeconds: (performance.now() - between) / 1000,
    violations,
  };
}

function fill<M extends messages.AnalyzeRequest | messages.AnalyzerResource>(message: M, resource: WireResource): M {
  message.setType(resource.type);
  message.setName(resource.name);
  message.setUrn(resource.urn);
  message.setProperties(Struct.fromJavaScript(resource.props as Record<string, JavaScriptValue>));
  message.setOptions(new messages.AnalyzerResourceOptions());
  return message;
}

/** What is asked was written down before: writing it is the engine's work, and not the pack's. */
function ask(client: AnalyzerClient, method: "Analyze" | "AnalyzeStack", request: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      `/pulumirpc.Analyzer/${method}`,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer) => messages.AnalyzeResponse.deserializeBinary(bytes),
      request,
      (error, response) => {
        if (error === null) resolve(response?.getDiagnosticsList().length ?? 0);
        else reject(error);
      },
    );
  });
}

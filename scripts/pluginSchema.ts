/** Pulumi's schema of the components, asked of the plugin as the engine asks. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { GetSchemaRequest, type GetSchemaResponse } from "@pulumi/pulumi/proto/provider_pb";

/** A started plugin. */
export interface PluginProcess {
  port: number;
  stop(): Promise<void>;
}

/**
 * Starts the plugin of an installed package.
 *
 * @throws Error with its last words when it does not come up
 */
export function startPlugin(packageFolder: string): Promise<PluginProcess> {
  // What the engine's language host for Node does with the folder of a PulumiPlugin.yaml.
  const run = createRequire(path.join(packageFolder, "_")).resolve("@pulumi/pulumi/cmd/run-plugin");
  const child = spawn(process.execPath, [run, packageFolder], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let lastWords = "";
  child.stderr.on("data", (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`the plugin ended with ${code}: ${lastWords.trim()}`)));
    child.stdout.once("data", (chunk: Buffer) =>
      resolve({
        port: Number(chunk.toString()),
        stop: () => {
          child.kill();
          return exited;
        },
      }),
    );
  });
}

/** The schema as `docs/schema.json` has it. */
export async function pluginSchema(packageFolder: string): Promise<string> {
  const plugin = await startPlugin(packageFolder);
  try {
    const client = new ResourceProviderClient(`127.0.0.1:${plugin.port}`, grpc.credentials.createInsecure());
    const response = await new Promise<GetSchemaResponse>((resolve, reject) =>
      client.getSchema(new GetSchemaRequest(), (error, answer) => (error ? reject(error) : resolve(answer))),
    );
    client.close();
    return `${JSON.stringify(JSON.parse(response.getSchema()), null, 2)}\n`;
  } finally {
    await plugin.stop();
  }
}

/** The stack on a real account: the user's own pulumi program and credentials, a state of its own in a temporary folder. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { Deployed } from "./accept";
import type { Outputs } from "./ground";
import { program, type ProgramArgs } from "./program";

/** @throws Error that names the folder of the state when the update failed: `pulumi destroy` works with it */
export async function deployForReal(region: string, args: ProgramArgs): Promise<Deployed> {
  const dir = mkdtempSync(path.join(tmpdir(), "backup321-accept-"));
  const state = path.join(dir, "state");
  mkdirSync(state);
  const passphrase = randomBytes(24).toString("base64url");
  const stack = await LocalWorkspace.createStack(
    { stackName: "run", projectName: "backup321-accept", program: async () => program(args) },
    { envVars: { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: passphrase } },
  );
  await stack.setAllConfig({ "aws:region": { value: region } });
  const destroy = async () => {
    await stack.destroy();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const { outputs } = await stack.up();
    const values = Object.entries(outputs).map(([name, { value }]) => [name, value as string]);
    return { outputs: Object.fromEntries(values) as unknown as Outputs, destroy };
  } catch (error) {
    // Buckets and keys that were made are retained by a destroy, so they are named here or nowhere.
    const made = (await stack.exportStack().catch(() => undefined))?.deployment as
      { resources?: { type: string; id?: string }[] } | undefined;
    const kept = (made?.resources ?? [])
      .filter(({ type }) => /:(s3\/bucket:|kms\/key:)/.test(type))
      .map(({ id }) => id);
    await stack.destroy().catch(() => undefined);
    throw new Error(`the stack could not be made; left: ${kept.join(", ") || "nothing"}; its state is in ${dir}`, {
      cause: error,
    });
  }
}

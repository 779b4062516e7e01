/** What tests need on a running stand-in: itself, roles, buckets and functions. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { buildSync } from "esbuild";
import { run } from "../processes";
import { makeTls, type TestTls } from "../tls";
import { clientOptions } from "./clients";
import { findPython } from "./ministack";
import { startStandin, type Credentials, type Standin, type StandinOptions } from "./standin";

export interface Statement {
  Effect?: "Allow" | "Deny";
  Action: string | string[];
  Resource: string | string[];
  Condition?: unknown;
}

export interface Bench {
  standin: Standin;
  tls: TestTls;
  dir: string;
  /** SDK client options; root's when no credentials are given. */
  as: (credentials?: Credentials, region?: string) => ReturnType<typeof clientOptions>;
  /** Creates a role that `service` and the account may assume; returns its ARN. */
  role: (name: string, service: string, statements: Statement[]) => Promise<string>;
  assume: (roleArn: string) => Promise<Credentials>;
  /** Creates a Node function from CommonJS or TypeScript source, bundled. */
  lambda: (name: string, roleArn: string, source: string, environment?: Record<string, string>) => Promise<string>;
  close: () => Promise<void>;
}

/** Starts a stand-in in a temporary folder. */
export async function startBench(options: Partial<StandinOptions> = {}): Promise<Bench> {
  const dir = mkdtempSync(join(tmpdir(), "backup321-standin-"));
  const tls = makeTls(join(dir, "tls"));
  const standin = await startStandin({ dir, tls, ...options });
  const as = (credentials?: Credentials, region?: string) => clientOptions(standin, tls, credentials, region);
  const iam = new IAMClient(as());
  return {
    standin,
    tls,
    dir,
    as,
    role: async (name, service, statements) => {
      const principal = { Service: service, AWS: `arn:aws:iam::${standin.accountId}:root` };
      const trust = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
      };
      const made = await iam.send(
        new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) }),
      );
      if (statements.length === 0) return made.Role!.Arn!;
      const policy = { Version: "2012-10-17", Statement: statements.map((s) => ({ Effect: "Allow", ...s })) };
      await iam.send(
        new PutRolePolicyCommand({ RoleName: name, PolicyName: "inline", PolicyDocument: JSON.stringify(policy) }),
      );
      return made.Role!.Arn!;
    },
    assume: async (roleArn) => {
      const { Credentials: c } = await new STSClient(as()).send(
        new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "test" }),
      );
      return { accessKeyId: c!.AccessKeyId!, secretAccessKey: c!.SecretAccessKey!, sessionToken: c!.SessionToken! };
    },
    lambda: async (name, roleArn, source, environment = {}) => {
      const folder = mkdtempSync(join(dir, "function-"));
      const outfile = join(folder, "index.js");
      buildSync({
        stdin: { contents: source, resolveDir: __dirname, loader: "ts" },
        bundle: true,
        platform: "node",
        target: "node20",
        outfile,
      });
      run("zip", findPython().python, ["-m", "zipfile", "-c", join(folder, "code.zip"), outfile]);
      const made = await new LambdaClient(as()).send(
        new CreateFunctionCommand({
          FunctionName: name,
          Role: roleArn,
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: readFileSync(join(folder, "code.zip")) },
          Environment: { Variables: environment },
          Timeout: 30,
        }),
      );
      return made.FunctionArn!;
    },
    close: async () => {
      await standin.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Waits until `read` gives something other than undefined; fails with `what` after 30 s. */
export async function eventually<T>(what: string, read: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const value = await read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not seen within 30 s`);
}

/** `Name: message` of what `call` is refused with; fails when it succeeds. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  throw new Error("the call succeeded, but should have been refused");
}

/** Writes a script for a task into `dir`; returns its path. */
export function script(dir: string, name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

/** versitygw: a real S3 server (Go, Apache-2.0) that enforces locks, checksums, conditions and signatures. One region each. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { get } from "node:https";
import { join } from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { ensureGoProgram } from "../goProgram";
import { freePort, run, start } from "../processes";
import type { TestTls } from "../tls";

/** The version tests are written for. */
export const VERSITYGW_VERSION = "1.8.0";

/** Path of the program: PATH when it is this version, else built once with Go (some minutes) into the cache. */
export const ensureVersitygw = (progress?: (line: string) => void): Promise<string> =>
  ensureGoProgram(
    {
      program: "versitygw",
      version: VERSITYGW_VERSION,
      package: "github.com/versity/versitygw/cmd/versitygw",
      install: "brew install versitygw",
    },
    progress,
  );

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface Versitygw {
  /** http, or https with `tls`. */
  endpoint: string;
  region: string;
  /** The administrator. */
  credentials: Keys;
  /** Standard environment variables for SDK clients and child processes. */
  env: (keys?: Keys) => Record<string, string>;
  /** A user with one inline policy; needs `iam: true`. */
  createUser: (name: string, policy: object) => Promise<Keys>;
  stop: () => Promise<void>;
}

/** Starts it on the posix backend in `dir`, with versioning. Extended attributes where the file system has them, else sidecar files. */
export async function startVersitygw(options: {
  dir: string;
  iam?: boolean;
  region?: string;
  tls?: TestTls;
}): Promise<Versitygw> {
  const { dir, iam = false, region = "eu-central-1", tls } = options;
  const program = await ensureVersitygw();
  const folder = (name: string) => {
    mkdirSync(join(dir, name), { recursive: true });
    return join(dir, name);
  };
  const credentials = {
    accessKeyId: `ADMIN${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString("hex"),
  };
  // The keys go by environment, where other users can't see them.
  const env = {
    PATH: process.env.PATH,
    ROOT_ACCESS_KEY: credentials.accessKeyId,
    ROOT_SECRET_KEY: credentials.secretAccessKey,
  };
  const [port, iamPort] = [await freePort(), await freePort()];
  const answers = async (url: string) => (await fetch(url, { redirect: "manual" })).status > 0;
  const common = (on: number) => ["--region", region, "--port", `127.0.0.1:${on}`];
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  const socket = join(dir, "iam.sock");
  const endpoint = `${tls ? "https" : "http"}://127.0.0.1:${port}`;
  try {
    if (iam) {
      const args = [...common(iamPort), "iam", "--dir", folder("iam"), "--private-ports", socket];
      const ready = () => answers(`http://127.0.0.1:${iamPort}/`);
      stops.push(
        (
          await start({
            name: "versitygw iam",
            command: program,
            args,
            env,
            logFile: join(dir, "versitygw-iam.log"),
            ready,
          })
        ).stop,
      );
    }
    const backend = [
      "posix",
      "--versioning-dir",
      folder("versions"),
      ...(hasAttributes(folder("data")) ? [] : ["--sidecar", folder("sidecar")]),
      folder("data"),
    ];
    const args = [
      ...common(port),
      "--health",
      "/health",
      "--keep-alive",
      "--quiet",
      ...(tls ? ["--cert", tls.certFile, "--key", tls.keyFile] : []),
      ...(iam ? ["--iam-standalone-endpoint", socket] : []),
      ...backend,
    ];
    const ready = () => (tls ? answersByTls(`${endpoint}/health`, tls) : answers(`${endpoint}/health`));
    stops.push(
      (await start({ name: "versitygw", command: program, args, env, logFile: join(dir, "versitygw.log"), ready }))
        .stop,
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    region,
    credentials,
    env: (keys = credentials) => ({
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: "true",
    }),
    createUser: async (name, policy) => {
      if (!iam) throw new Error("versitygw: createUser needs a server started with iam: true");
      // IAM is signed for us-east-1, as on AWS.
      const client = new IAMClient({ endpoint: `http://127.0.0.1:${iamPort}`, region: "us-east-1", credentials });
      await client.send(new CreateUserCommand({ UserName: name }));
      await client.send(
        new PutUserPolicyCommand({ UserName: name, PolicyName: "inline", PolicyDocument: JSON.stringify(policy) }),
      );
      const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: name }));
      return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    },
    stop,
  };
}

function answersByTls(url: string, { caFile }: TestTls): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get(url, { ca: readFileSync(caFile), agent: false }, (answer) => {
      answer.resume();
      resolve(true);
    }).once("error", reject);
  });
}

/** Whether files in `folder` can carry extended attributes, asked of the programs that set them. */
function hasAttributes(folder: string): boolean {
  if (process.platform === "darwin") return true;
  try {
    run("versitygw", "setfattr", ["-n", "user.backup321", "-v", "1", folder]);
    return true;
  } catch (error) {
    // Without the program the usual file systems decide: ext4, xfs and btrfs have them, and versitygw says so itself if not.
    return (error as Error).message.includes("ENOENT");
  }
}

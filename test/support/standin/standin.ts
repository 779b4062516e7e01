/**
 * The AWS stand-in: ministack with AUTH=true behind TLS, patched (python/patches.py) where it is more lenient than AWS.
 * Everything it writes stays in one folder.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir } from "../cache";
import { freePort, requireFreePort, start } from "../processes";
import type { TestTls } from "../tls";
import { ensureMinistack, PYTHON_DIR } from "./ministack";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface StandinOptions {
  /** Folder for its log, its state and the processes it starts. */
  dir: string;
  /** Default eu-central-1. Every region is served; this one is what `env` names. */
  region?: string;
  tls: TestTls;
  /** Part of an image's name → the argv that stands for its ENTRYPOINT in ECS tasks. */
  images?: Record<string, string[]>;
  /** Module preloaded into Node Lambda functions; default the clock of `setClockOffsetHours`. */
  lambdaPreload?: string;
  /** Default a free one. */
  port?: number;
  progress?: (line: string) => void;
}

/** Something AWS does that the stand-in alone does not, mended at start. */
export interface Gap {
  name: string;
  gap: string;
}

export interface Standin {
  endpoint: string;
  region: string;
  accountId: string;
  /** The account's root: for setting up. Made anew at each start. */
  rootCredentials: Credentials;
  gaps: Gap[];
  logFile: string;
  /** Standard environment variables for SDK clients and child processes; Node reads the CA at its own start only. */
  env: (credentials?: Credentials, region?: string) => Record<string, string>;
  /** Moves the clock of Node Lambda functions, warm ones too; 0 is real time. */
  setClockOffsetHours: (hours: number) => Promise<void>;
  logTail: () => string;
  stop: () => Promise<void>;
}

const ACCOUNT_ID = "123456789012";

/** Starts the stand-in and waits until it serves. */
export async function startStandin(options: StandinOptions): Promise<Standin> {
  const { tls, region = "eu-central-1" } = options;
  const { python, pythonPath } = await ensureMinistack(options.progress);
  if (options.port !== undefined) await requireFreePort(options.port, "stand-in");
  const port = options.port ?? (await freePort());
  const file = (name: string) => join(options.dir, name);
  mkdirSync(file("tmp"), { recursive: true });
  const clockFile = file("clock-offset-hours");
  writeFileSync(clockFile, "0");
  const endpoint = `https://127.0.0.1:${port}`;
  const rootCredentials = {
    accessKeyId: `ROOT${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString("hex"),
  };
  const trust = { NODE_EXTRA_CA_CERTS: tls.caFile, AWS_CA_BUNDLE: tls.caFile };
  const running = await start({
    name: "stand-in",
    command: python,
    args: [join(PYTHON_DIR, "bootstrap.py"), file("gaps.json")],
    cwd: options.dir,
    logFile: file("standin.log"),
    groupsFile: file("task-groups"),
    env: {
      // The functions' `node` is the one that runs this.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      LANG: process.env.LANG,
      HOME: file("tmp"),
      TMPDIR: file("tmp"),
      PYTHONPATH: [PYTHON_DIR, pythonPath].join(delimiter),
      PYTHONPYCACHEPREFIX: cacheDir("pycache"),
      PYTHONUNBUFFERED: "1",
      SSL_CERT_FILE: tls.caFile,
      ...trust,
      AUTH: "true",
      LOG_LEVEL: "WARNING",
      GATEWAY_PORT: String(port),
      BIND_HOST: "127.0.0.1",
      USE_SSL: "1",
      MINISTACK_SSL_CERT: tls.certFile,
      MINISTACK_SSL_KEY: tls.keyFile,
      MINISTACK_REGION: region,
      MINISTACK_ACCOUNT_ID: ACCOUNT_ID,
      STATE_DIR: file("tmp"),
      LAMBDA_EXECUTOR: "local",
      // Nothing listens but the one port.
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
      BACKUP321_IMAGES: JSON.stringify(options.images ?? {}),
      BACKUP321_LAMBDA_PRELOAD: options.lambdaPreload ?? join(__dirname, "clockPreload.js"),
      BACKUP321_CLOCK_FILE: clockFile,
      BACKUP321_GROUPS_FILE: file("task-groups"),
    },
    ready: () => healthy(port, readFileSync(tls.caFile)),
  });
  return {
    endpoint,
    region,
    accountId: ACCOUNT_ID,
    rootCredentials,
    gaps: JSON.parse(readFileSync(file("gaps.json"), "utf8")) as Gap[],
    logFile: file("standin.log"),
    env: (credentials = rootCredentials, inRegion = region) => ({
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: inRegion,
      AWS_DEFAULT_REGION: inRegion,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
      AWS_EC2_METADATA_DISABLED: "true",
      ...trust,
    }),
    setClockOffsetHours: async (hours) => {
      writeFileSync(clockFile, String(hours));
      // Longer than the preload's own interval of reading.
      await sleep(50);
    },
    logTail: running.logTail,
    stop: running.stop,
  };
}

function healthy(port: number, ca: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      { host: "127.0.0.1", port, path: "/_ministack/health", ca, agent: false, timeout: 2000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(false));
    call.end();
  });
}

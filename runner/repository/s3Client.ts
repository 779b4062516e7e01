import { readFileSync } from "node:fs";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { type Env, EnvReader } from "../config";
import { ENV } from "../contract";

/** More than all workers send, read and abort at once. */
const MAX_SOCKETS = 64;

/** What differs between clients. */
export interface S3ClientSettings {
  region: string;
  /** Follows a bucket into another region. @default false */
  followRegionRedirects?: boolean;
  /** Of another identity. @default those that the SDK finds */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined } | undefined;
}

/**
 * Certificates that servers are held against instead of Node's own; undefined: Node's own.
 * @see https://docs.aws.amazon.com/cli/latest/topic/config-vars.html AWS_CA_BUNDLE
 */
function caBundle(reader: EnvReader): string | undefined {
  const file = reader.optional("AWS_CA_BUNDLE");
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, "utf8");
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
    reader.problems.push(`AWS_CA_BUNDLE: ${file} holds no PEM certificate; name a file that does`);
  } catch (error) {
    reader.problems.push(
      `AWS_CA_BUNDLE: ${file} can't be read (${(error as NodeJS.ErrnoException).code}); name a file of PEM certificates`,
    );
  }
  return undefined;
}

/**
 * A client for AWS S3 and for servers that speak its protocol. The SDK itself reads credentials and endpoint (AWS_ENDPOINT_URL_S3,
 * else AWS_ENDPOINT_URL); this adds path style, a custom authority and connections that are kept.
 * @throws StageError `usage` naming every setting that can't be used
 */
export function createS3Client(settings: S3ClientSettings, env: Env = process.env): S3Client {
  const reader = new EnvReader(env);
  const forcePathStyle = reader.flag(ENV.s3PathStyle);
  const ca = caBundle(reader);
  reader.finish("S3 connection");
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const { region, followRegionRedirects = false, credentials } = settings;
  const client = new S3Client({
    region,
    ...(credentials && { credentials }),
    followRegionRedirects,
    maxAttempts: 5,
    forcePathStyle,
    requestHandler: {
      connectionTimeout: 10_000,
      socketTimeout: 120_000,
      httpAgent: agent,
      httpsAgent: ca === undefined ? agent : { ...agent, ca },
    },
  } satisfies S3ClientConfig);
  reuseChecksums(client);
  return client;
}

interface Request {
  headers: Record<string, string>;
}

/** Signs with the SHA-256 that a body comes with: the SDK would hash every part once more. */
function reuseChecksums(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { ChecksumSHA256: sha256, Body } = args.input as { ChecksumSHA256?: string; Body?: unknown };
      // An input with a checksum and no body is about an object, not about what is sent.
      if (sha256 !== undefined && Buffer.isBuffer(Body)) {
        (args.request as Request).headers["x-amz-content-sha256"] = Buffer.from(sha256, "base64").toString("hex");
      }
      return next(args);
    },
    { step: "build", name: "reuseChecksums" },
  );
}

import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Env } from "../../runner/config";
import { createS3Client } from "../../runner/repository/s3Client";

interface Request {
  hostname: string;
  path: string;
  headers: Record<string, string>;
}

/** What a client would send, before it is signed. */
async function requestOf(env: Env, send: (client: S3Client) => Promise<unknown>): Promise<Request> {
  const client = createS3Client({ region: "eu-central-1" }, env);
  client.config.credentials = () => Promise.resolve({ accessKeyId: "id", secretAccessKey: "secret" });
  let seen: Request | undefined;
  client.middlewareStack.add(
    () => (args) => {
      seen = args.request as Request;
      return Promise.reject(new Error("seen enough"));
    },
    { step: "build", priority: "low" },
  );
  await expect(send(client)).rejects.toThrow("seen enough");
  client.destroy();
  return seen!;
}

const head = (client: S3Client) => client.send(new HeadObjectCommand({ Bucket: "orders-primary", Key: "a/b" }));

describe("the address of a bucket", () => {
  it("is a host of its own, as AWS wants it", async () => {
    expect(await requestOf({}, head)).toMatchObject({
      hostname: "orders-primary.s3.eu-central-1.amazonaws.com",
      path: "/a/b",
    });
  });

  it("is a path where that is asked for", async () => {
    expect(await requestOf({ BACKUP321_S3_PATH_STYLE: "true" }, head)).toMatchObject({
      hostname: "s3.eu-central-1.amazonaws.com",
      path: "/orders-primary/a/b",
    });
  });
});

describe("the hash that a request is signed with", () => {
  const body = Buffer.from("part");
  const checksum = createHash("sha256").update(body);
  const sha256 = checksum.copy().digest("base64");

  it("is the checksum that the body came with", async () => {
    const put = { Bucket: "b", Key: "k", Body: body, ChecksumSHA256: sha256 };
    const { headers } = await requestOf({}, (client) => client.send(new PutObjectCommand(put)));
    expect(headers["x-amz-content-sha256"]).toBe(checksum.copy().digest("hex"));
  });

  it("is left to the SDK where a request has no body", async () => {
    const { headers } = await requestOf({}, (client) => client.send(new GetObjectCommand({ Bucket: "b", Key: "k" })));
    expect(headers).not.toHaveProperty("x-amz-content-sha256");
  });
});

describe("settings that can't be used", () => {
  let dir: string;
  beforeAll(() => (dir = mkdtempSync(path.join(tmpdir(), "backup321-ca-"))));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("fails naming all of them", () => {
    const missing = path.join(dir, "none.pem");
    const env = { BACKUP321_S3_PATH_STYLE: "yes", AWS_CA_BUNDLE: missing };
    expect(() => createS3Client({ region: "eu-central-1" }, env)).toThrow(
      [
        "S3 connection: 2 problems:",
        '  - BACKUP321_S3_PATH_STYLE must be one of true, false, got "yes"',
        `  - AWS_CA_BUNDLE: ${missing} can't be read (ENOENT); name a file of PEM certificates`,
      ].join("\n"),
    );
  });

  it("fails when the bundle of authorities holds none", () => {
    const file = path.join(dir, "empty.pem");
    writeFileSync(file, "no certificate\n");
    expect(() => createS3Client({ region: "eu-central-1" }, { AWS_CA_BUNDLE: file })).toThrow(
      `S3 connection: AWS_CA_BUNDLE: ${file} holds no PEM certificate; name a file that does`,
    );
  });
});

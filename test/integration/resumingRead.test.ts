// needs: versitygw
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { S3Repository } from "../../runner/repository/s3Repository";
import { type S3Proxy, startS3Proxy } from "../support/s3Proxy";
import { startVersitygw, type Versitygw } from "../support/versitygw";

const BUCKET = "orders-primary";
const BYTES = randomBytes(24 * 1024 * 1024);
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

let dir: string;
let storage: Versitygw;
let proxy: S3Proxy;
let repository: S3Repository;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-resume-"));
  storage = await startVersitygw({ dir });
  proxy = await startS3Proxy(storage.endpoint);
  const { region, credentials } = storage;
  const s3 = new S3Client({ endpoint: proxy.endpoint, region, credentials, forcePathStyle: true, maxAttempts: 2 });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, ObjectLockEnabledForBucket: true }));
  repository = new S3Repository({ bucket: BUCKET, region, client: s3 });
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "dumps/big", Body: BYTES }));
}, 900_000);
afterAll(async () => {
  repository?.close();
  await proxy?.close();
  await storage?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Reads everything, cutting every connection once after the first bytes. */
async function readThroughCut(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await repository.read("dumps/big")) {
    if (chunks.push(chunk as Buffer) === 1) proxy.cut();
  }
  return Buffer.concat(chunks);
}

it("a download whose connection is cut in the middle brings every byte, from the same version", async () => {
  let requests = 0;
  proxy.rule = () => {
    requests += 1;
    return "forward";
  };
  const got = await readThroughCut();
  expect([got.length, sha256(got)]).toEqual([BYTES.length, sha256(BYTES)]);
  expect(requests).toBe(2);
});

it("fails when storage can't be reached again", async () => {
  let requests = 0;
  proxy.rule = () => (++requests === 1 ? "forward" : "drop");
  await expect(readThroughCut()).rejects.toThrow(/^repository: read dumps\/big: .*; check the network/);
  expect(requests).toBe(3); // the download, and both attempts of the SDK to go on with it
});

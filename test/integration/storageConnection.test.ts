// needs: versitygw
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { makeTls, type TestTls } from "../support/tls";
import { startVersitygw, type Versitygw } from "../support/versitygw";
import { bundle, type Ended, startProcess } from "./backupGround";

let dir: string;
let tls: TestTls;
let storage: Versitygw;
let file: string;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-connection-"));
  tls = makeTls(path.join(dir, "tls"));
  file = bundle(dir);
  storage = await startVersitygw({ dir: path.join(dir, "storage"), tls });
  const { endpoint, region, credentials } = storage;
  const requestHandler = { httpsAgent: new Agent({ ca: readFileSync(tls.caFile) }) };
  const s3 = new S3Client({ endpoint, region, credentials, requestHandler, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "orders-primary", ObjectLockEnabledForBucket: true }));
  s3.destroy();
}, 900_000);
afterAll(async () => {
  await storage?.stop();
  rmSync(dir, { recursive: true, force: true });
});
jest.setTimeout(60_000);

/** Lists a repository on a server whose certificate is signed by an authority of its own. */
function list(settings: Record<string, string>): Promise<Ended> {
  const { AWS_ENDPOINT_URL: endpoint, ...rest } = storage.env();
  const byName = endpoint!.replace("127.0.0.1", "localhost");
  const where = { AWS_ENDPOINT_URL_S3: byName, BACKUP321_BUCKET: "orders-primary", BACKUP321_S3_PATH_STYLE: "true" };
  return startProcess(file, ["list"], { ...rest, PATH: process.env.PATH!, ...where, ...settings }).ended;
}

it.each(["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])("trusts the authority that %s names", async (name) => {
  const { code, stderr } = await list({ [name]: tls.caFile });
  expect([code, stderr]).toEqual([0, ""]);
});

it("fails when the authority is unknown", async () => {
  const { code, stderr } = await list({});
  expect(code).toBe(3);
  expect(stderr).toBe(
    "repository: list versions of manifests/: unable to verify the first certificate; check the network, the endpoint and the region\n",
  );
});

it("fails when the bundle names other authorities, though Node trusts this one", async () => {
  const other = makeTls(path.join(dir, "other"));
  const { code, stderr } = await list({ AWS_CA_BUNDLE: other.caFile, NODE_EXTRA_CA_CERTS: tls.caFile });
  expect(code).toBe(3);
  expect(stderr).toMatch(/certificate/);
});

it("fails when the server wants path style and is asked by the bucket's own host", async () => {
  const { code, stderr } = await list({ AWS_CA_BUNDLE: tls.caFile, BACKUP321_S3_PATH_STYLE: "false" });
  expect(code).toBe(3);
  // Where such names lead nowhere it is the name, else the certificate, which does not hold it.
  expect(stderr).toMatch(/orders-primary\.localhost/);
});

it("fails when path style is neither true nor false, with all other problems", async () => {
  const { code, stderr } = await list({ BACKUP321_S3_PATH_STYLE: "yes", BACKUP321_BUCKET: "" });
  expect(code).toBe(2);
  expect(stderr).toBe(
    [
      "primary repository: 2 problems:",
      "  - BACKUP321_BUCKET is missing; set it to the bucket of the repository",
      '  - BACKUP321_S3_PATH_STYLE must be one of true, false, got "yes"\n',
    ].join("\n"),
  );
});

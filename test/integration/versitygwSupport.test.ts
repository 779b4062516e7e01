// needs: versitygw
// tests only: test/support
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { refusal } from "../support/standin/fixtures";
import { startVersitygw, type Keys, type Versitygw } from "../support/versitygw";

let dir: string;
let server: Versitygw;
const client = (credentials: Keys = server.credentials) =>
  new S3Client({ endpoint: server.endpoint, region: server.region, credentials, forcePathStyle: true });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "backup321-versitygw-"));
  server = await startVersitygw({ dir, iam: true });
}, 900_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("enforces versions, locks and create-only puts", async () => {
  const Bucket = "locked";
  await client().send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  await client().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  const lock = { ObjectLockMode: "GOVERNANCE" as const, ObjectLockRetainUntilDate: new Date(Date.now() + 86_400_000) };
  const put = () => client().send(new PutObjectCommand({ Bucket, Key: "a", Body: "body", IfNoneMatch: "*", ...lock }));
  const { VersionId } = await put();
  expect(await refusal(put())).toMatch(/^PreconditionFailed: /);
  expect(await refusal(client().send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId })))).toMatch(
    /^AccessDenied: /,
  );
});

test("a user may do what its policy says, and nothing else", async () => {
  const Bucket = "users";
  await client().send(new CreateBucketCommand({ Bucket }));
  const Statement = [{ Effect: "Allow", Action: "s3:PutObject", Resource: `arn:aws:s3:::${Bucket}/*` }];
  const writer = client(await server.createUser("writer", { Version: "2012-10-17", Statement }));
  await writer.send(new PutObjectCommand({ Bucket, Key: "a", Body: "body" }));
  expect(await refusal(writer.send(new GetObjectCommand({ Bucket, Key: "a" })))).toMatch(/^AccessDenied: /);
});

test("fails when a user is asked for without iam", async () => {
  const plain = await startVersitygw({ dir: mkdtempSync(join(dir, "plain-")) });
  await expect(plain.createUser("x", {})).rejects.toThrow(
    "versitygw: createUser needs a server started with iam: true",
  );
  await plain.stop();
});

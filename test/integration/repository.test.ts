// needs: versitygw, standin
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { S3Repository } from "../../runner/repository/s3Repository";
import { repositoryConformance } from "../conformance/repository";
import { type Bench, startBench } from "../support/standin/fixtures";
import { startVersitygw, type Versitygw } from "../support/versitygw";

const BUCKET = "conformance";
jest.setTimeout(60_000);

/** A repository on a new bucket with versions and Object Lock. */
async function onNewBucket(client: S3Client, region: string): Promise<S3Repository> {
  const CreateBucketConfiguration = { LocationConstraint: region as "eu-central-1" };
  await client.send(
    new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration, ObjectLockEnabledForBucket: true }),
  );
  await client.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Enabled" } }));
  return new S3Repository({ bucket: BUCKET, region, client });
}

let dir: string;
let versitygw: Versitygw;
let bench: Bench;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-conformance-"));
  [versitygw, bench] = await Promise.all([startVersitygw({ dir }), startBench()]);
}, 900_000);
afterAll(async () => {
  await Promise.all([versitygw?.stop(), bench?.close()]);
  rmSync(dir, { recursive: true, force: true });
});

repositoryConformance("versitygw", () => {
  const { endpoint, region, credentials } = versitygw;
  return onNewBucket(new S3Client({ endpoint, region, credentials, forcePathStyle: true }), region);
});
repositoryConformance("the stand-in", () =>
  onNewBucket(new S3Client({ ...bench.as(), forcePathStyle: true }), bench.standin.region),
);

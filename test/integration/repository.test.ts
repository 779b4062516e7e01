// needs: versitygw, standin
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, DeleteObjectCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { S3Repository } from "../../runner/repository/s3Repository";
import { repositoryConformance } from "../conformance/repository";
import { type Bench, startBench } from "../support/standin/fixtures";
import { startVersitygw, type Versitygw } from "../support/versitygw";

const BUCKET = "conformance";
jest.setTimeout(60_000);

/** A repository on a new bucket with versions and Object Lock, and its client. */
class OwnRepository extends S3Repository {
  constructor(
    readonly s3: S3Client,
    region: string,
  ) {
    super({ bucket: BUCKET, region, client: s3 });
  }
  static async open(client: S3Client, region: string): Promise<OwnRepository> {
    const CreateBucketConfiguration = { LocationConstraint: region as "eu-central-1" };
    await client.send(
      new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration, ObjectLockEnabledForBucket: true }),
    );
    await client.send(
      new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Enabled" } }),
    );
    return new OwnRepository(client, region);
  }
}
const hide = (Key: string, { s3 }: OwnRepository) => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));

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

const onVersitygw = () => {
  const { endpoint, region, credentials } = versitygw;
  return OwnRepository.open(new S3Client({ endpoint, region, credentials, forcePathStyle: true }), region);
};
const onStandin = () => OwnRepository.open(new S3Client({ ...bench.as(), forcePathStyle: true }), bench.standin.region);
repositoryConformance("versitygw", onVersitygw, hide);
repositoryConformance("the stand-in", onStandin, hide);

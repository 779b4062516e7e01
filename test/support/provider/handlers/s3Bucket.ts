// Buckets and objects.
import * as fs from "node:fs";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  type BucketLocationConstraint,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { found, gone, tagList, type Context, type Handler } from "../handler";
import { bucketName } from "../refusals/s3";
import { isAsset, type Props } from "../wire";

const tagBucket = (aws: Context["aws"], Bucket: string, tags: Props | undefined) =>
  aws.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(tags) } }));

// Without the right to bypass governance: what AWS would only delete with that right stays.
async function empty({ aws }: Context, Bucket: string): Promise<void> {
  const page = await aws.s3.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
    await aws.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  }
  if (page.IsTruncated) await empty({ aws } as Context, Bucket);
}

const bucket: Handler = {
  type: "aws:s3/bucket:Bucket",
  name: { property: "bucket", maxLength: 63, lowerCase: true },
  replaceOn: ["bucket", "bucketPrefix", "objectLockEnabled"],
  computed: ["arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName", "hostedZoneId", "tagsAll"],
  refuse: bucketName,
  async create({ aws, region, partition }, inputs) {
    const Bucket = inputs["bucket"] as string;
    await aws.s3.send(
      new CreateBucketCommand({
        Bucket,
        ObjectLockEnabledForBucket: inputs["objectLockEnabled"] === true,
        // us-east-1 is the one region that S3 refuses as a location constraint.
        ...(region === "us-east-1"
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }),
      }),
    );
    if (Object.keys(inputs["tags"] ?? {}).length > 0) await tagBucket(aws, Bucket, inputs["tags"]);
    return {
      id: Bucket,
      outputs: {
        arn: `arn:${partition}:s3:::${Bucket}`,
        bucketDomainName: `${Bucket}.s3.amazonaws.com`,
        bucketRegion: region,
        bucketRegionalDomainName: `${Bucket}.s3.${region}.amazonaws.com`,
        objectLockEnabled: inputs["objectLockEnabled"] ?? false,
        forceDestroy: inputs["forceDestroy"] ?? false,
      },
    };
  },
  update: async ({ aws }, id, inputs) => void (await tagBucket(aws, id, inputs["tags"])),
  exists: ({ aws }, id) => found(aws.s3.send(new HeadBucketCommand({ Bucket: id }))),
  async delete(context, id, state) {
    if (state["forceDestroy"]) await empty(context, id);
    await gone(context.aws.s3.send(new DeleteBucketCommand({ Bucket: id })));
  },
};

function body(inputs: Props): string | Buffer {
  const source = inputs["source"] as Props | undefined;
  if (isAsset(source)) return source["path"] ? fs.readFileSync(source["path"] as string) : (source["text"] as string);
  if (inputs["contentBase64"] !== undefined) return Buffer.from(inputs["contentBase64"] as string, "base64");
  return (inputs["content"] as string | undefined) ?? "";
}

async function putObject({ aws }: Context, inputs: Props): Promise<Props> {
  const request: PutObjectCommandInput = {
    Bucket: inputs["bucket"],
    Key: inputs["key"],
    Body: body(inputs),
    ContentType: inputs["contentType"],
    Metadata: inputs["metadata"],
    ServerSideEncryption: inputs["serverSideEncryption"],
    SSEKMSKeyId: inputs["kmsKeyId"],
    StorageClass: inputs["storageClass"],
    ObjectLockMode: inputs["objectLockMode"],
    ObjectLockRetainUntilDate: inputs["objectLockRetainUntilDate"] && new Date(inputs["objectLockRetainUntilDate"]),
  };
  const put = await aws.s3.send(new PutObjectCommand(request));
  return { etag: put.ETag?.replaceAll('"', ""), versionId: put.VersionId };
}

const object: Handler = {
  type: "aws:s3/bucketObjectv2:BucketObjectv2",
  replaceOn: ["bucket", "key"],
  computed: ["arn", "etag", "versionId", "tagsAll"],
  async create(context, inputs) {
    const path = `${inputs["bucket"]}/${inputs["key"]}`;
    return { id: path, outputs: { arn: `arn:aws:s3:::${path}`, ...(await putObject(context, inputs)) } };
  },
  update: (context, _id, inputs) => putObject(context, inputs),
  exists: ({ aws }, _id, s) => found(aws.s3.send(new HeadObjectCommand({ Bucket: s["bucket"], Key: s["key"] }))),
  delete: ({ aws }, _id, s) =>
    gone(aws.s3.send(new DeleteObjectCommand({ Bucket: s["bucket"], Key: s["key"], VersionId: s["versionId"] }))),
};

export const s3BucketHandlers = [bucket, object];

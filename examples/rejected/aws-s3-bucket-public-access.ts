/** A bucket whose policies may make it public. */
import * as aws from "@pulumi/aws";
import { bucket } from "./sound/buckets";

const documents = bucket("documents", { without: ["publicAccessBlock"] });

new aws.s3.BucketPublicAccessBlock("documents", {
  bucket: documents.id,
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
});

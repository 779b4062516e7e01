/** A bucket whose policy lets everyone read. */
import * as aws from "@pulumi/aws";
import { arnOf, bucket, denyPlaintext } from "./sound/buckets";
import { document } from "./sound/documents";

const documents = bucket("documents", { without: ["policy"] });

new aws.s3.BucketPolicy("documents", {
  bucket: documents.id,
  policy: document(denyPlaintext("documents"), {
    Effect: "Allow",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: `${arnOf("documents")}/*`,
  }),
});

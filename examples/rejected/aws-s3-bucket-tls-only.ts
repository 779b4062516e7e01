/** A bucket whose policy allows what it has to, and forgets to deny plain HTTP. */
import * as aws from "@pulumi/aws";
import { arnOf, bucket } from "./sound/buckets";
import { document } from "./sound/documents";

const documents = bucket("documents", { without: ["policy"] });

new aws.s3.BucketPolicy("documents", {
  bucket: documents.id,
  policy: document({
    Effect: "Allow",
    Principal: { AWS: "arn:aws:iam::111122223333:role/reader" },
    Action: "s3:GetObject",
    Resource: `${arnOf("documents")}/*`,
  }),
});

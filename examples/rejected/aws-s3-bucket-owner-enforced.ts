/** A bucket with ACLs on: whoever writes an object owns it. */
import * as aws from "@pulumi/aws";
import { bucket } from "./sound/buckets";

const uploads = bucket("uploads");

new aws.s3.BucketOwnershipControls("uploads", {
  bucket: uploads.id,
  rule: { objectOwnership: "ObjectWriter" },
});

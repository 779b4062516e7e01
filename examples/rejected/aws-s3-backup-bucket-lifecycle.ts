/** Backups that expire before their lock ends: S3 hides them behind delete markers, and bills them on. */
import * as aws from "@pulumi/aws";
import { backupBucket } from "./sound/buckets";

const backups = backupBucket("orders-backups", { without: ["lifecycle"] });

new aws.s3.BucketLifecycleConfiguration("orders-backups", {
  bucket: backups.id,
  rules: [{ id: "expire", status: "Enabled", filter: { prefix: "" }, expiration: { days: 14 } }],
});

/** The key of the backups can be gone in a week, and with it every backup, however locked. */
import * as aws from "@pulumi/aws";
import { backupBucket } from "./sound/buckets";

const backups = backupBucket("orders-backups", { without: ["encryption"] });
const key = new aws.kms.Key("backups", { enableKeyRotation: true, deletionWindowInDays: 7 });

new aws.s3.BucketServerSideEncryptionConfiguration("orders-backups", {
  bucket: backups.id,
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
});

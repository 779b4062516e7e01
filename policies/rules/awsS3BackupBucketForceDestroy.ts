import { bucketsOf } from "../buckets";
import { iso27001, type StackRule } from "../definition";
import { at, UNKNOWN } from "../unknowns";

/**
 * Refuses `forceDestroy` on backup buckets: the provider then deletes every version, past a lock in GOVERNANCE mode
 * where its credentials allow that.
 *
 * Severity critical. A value that is not known is noted and judged at the update.
 *
 * @see https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/
 */
export const awsS3BackupBucketForceDestroy: StackRule = {
  name: "aws-s3-backup-bucket-force-destroy",
  displayName: "Backup buckets cannot be destroyed with their objects",
  description: "A backup bucket must not set forceDestroy.",
  severity: "critical",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps: "Remove forceDestroy from the bucket, or set it to false, and run an update before any destroy.",
  url: "https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/",
  judges: ["bucket", "bucketObjectLock"],
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack).filter((candidate) => candidate.isBackup)) {
      const { props } = bucket;
      const forceDestroy = at(props, "forceDestroy");
      if (forceDestroy === true) {
        verdict.violation(bucket, `${bucket.label} holds backups: forceDestroy must not be set, got true; remove it.`);
      } else if (forceDestroy === UNKNOWN) {
        verdict.unknown(bucket, `${bucket.label}: forceDestroy is not known yet; it is judged at the update.`);
      }
    }
  },
};

import { bucketsOf } from "../buckets";
import { iso27001, note, type StackRule } from "../rule";
import { at, UNKNOWN } from "../unknowns";

/**
 * Refuses `forceDestroy` on buckets with Object Lock: the provider then deletes every version, past a lock in
 * GOVERNANCE mode where its credentials allow that.
 *
 * Severity critical. A value that is not known is noted and judged at the update.
 *
 * @see https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/
 */
export const awsS3BackupBucketForceDestroy: StackRule = {
  name: "aws-s3-backup-bucket-force-destroy",
  displayName: "Backup buckets cannot be destroyed with their objects",
  description: "A bucket with Object Lock must not set forceDestroy.",
  severity: "critical",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps: "Remove forceDestroy from the bucket, or set it to false, and run an update before any destroy.",
  url: "https://www.pulumi.com/registry/packages/aws/api-docs/s3/bucket/",
  enforcementLevel: "mandatory",
  validateStack: (args, report) => {
    for (const bucket of bucketsOf(args).filter((candidate) => candidate.isBackup)) {
      const { urn, props } = bucket.resource;
      const forceDestroy = at(props, "forceDestroy");
      if (forceDestroy === true) {
        report(`${bucket.label} has Object Lock: forceDestroy must not be set, got true; remove it.`, urn);
      } else if (forceDestroy === UNKNOWN) {
        note(report, `${bucket.label}: forceDestroy is not known yet; it is judged at the update.`, urn);
      }
    }
  },
};

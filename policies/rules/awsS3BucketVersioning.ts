import { bucketsOf, listAtKnown, type StackBucket } from "../buckets";
import { iso27001, note, type StackRule } from "../rule";
import { at, UNKNOWN } from "../unknowns";

/**
 * Refuses buckets with Object Lock, which hold backups, whose versioning is not declared as enabled.
 *
 * Severity high. A status that is not known is noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
 */
export const awsS3BucketVersioning: StackRule = {
  name: "aws-s3-bucket-versioning",
  displayName: "Backup buckets are versioned",
  description: "A bucket with Object Lock must declare its versioning as enabled: locks hold versions, not names.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps: 'Add an aws.s3.BucketVersioning for the bucket with versioningConfiguration.status "Enabled".',
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html",
  enforcementLevel: "mandatory",
  validateStack: (args, report) => {
    for (const bucket of bucketsOf(args).filter((candidate) => candidate.isBackup)) {
      const { urn } = bucket.resource;
      const statuses = statusesOf(bucket);
      if (statuses.includes("Enabled")) continue;
      if (statuses.includes(UNKNOWN)) {
        note(report, `${bucket.label}: its versioning status is not known yet; it is judged at the update.`, urn);
        continue;
      }
      const got = statuses.length === 0 ? "nothing" : statuses.map((status) => JSON.stringify(status)).join(", ");
      report(
        `${bucket.label} has Object Lock: versioning must be "Enabled", got ${got}; add an aws.s3.BucketVersioning with status "Enabled".`,
        urn,
      );
    }
  },
};

/** Every status declared, in each spelling; `enabled: false`, which the provider fills in by itself, is not one. */
function statusesOf(bucket: StackBucket): unknown[] {
  const { props } = bucket.resource;
  const separate = bucket.parts("bucketVersioning").map((part) => at(part.props, "versioningConfiguration", "status"));
  const inline = [...listAtKnown(props, "versioning"), ...listAtKnown(props, "versionings")];
  const native = at(props, "versioningConfiguration", "status");
  return [
    ...separate,
    ...(inline.some((versioning) => at(versioning, "enabled") === true) ? ["Enabled"] : []),
    ...(native === undefined ? [] : [native]),
  ];
}

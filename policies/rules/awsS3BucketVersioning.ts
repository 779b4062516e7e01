import { bucketsOf, type StackBucket } from "../buckets";
import { iso27001, type StackRule } from "../definition";
import { at, listAt, UNKNOWN } from "../unknowns";

/**
 * Refuses backup buckets whose versioning is not declared as enabled: without versions a backup that is overwritten is
 * gone, and Object Lock has nothing to hold.
 *
 * Severity high. A status that is not known is noted and judged at the update. What the provider reads back from the
 * bucket is no declaration.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
 */
export const awsS3BucketVersioning: StackRule = {
  name: "aws-s3-bucket-versioning",
  displayName: "Backup buckets are versioned",
  description: "A backup bucket must declare its versioning as enabled: locks hold versions, not names.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps: 'Add an aws.s3.BucketVersioning for the bucket with versioningConfiguration.status "Enabled".',
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html",
  judges: ["bucket", "bucketVersioning", "bucketObjectLock"],
  readsInputsOf: ["bucket"],
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack).filter((candidate) => candidate.isBackup)) {
      const statuses = statusesOf(bucket);
      if (statuses.includes("Enabled")) continue;
      if (statuses.includes(UNKNOWN)) {
        verdict.unknown(bucket, `${bucket.label}: its versioning status is not known yet; it is judged at the update.`);
        continue;
      }
      const got = statuses.length === 0 ? "nothing" : statuses.map((status) => JSON.stringify(status)).join(", ");
      verdict.violation(
        bucket,
        `${bucket.label} holds backups: versioning must be "Enabled", got ${got}; add an aws.s3.BucketVersioning with status "Enabled".`,
      );
    }
  },
};

/** Every status declared, in each spelling; `enabled: false` alone declares nothing. */
function statusesOf(bucket: StackBucket): unknown[] {
  const separate = bucket.parts("bucketVersioning").map((part) => at(part.props, "versioningConfiguration", "status"));
  const native = at(bucket.inputs, "versioningConfiguration", "status");
  const inline = ["versioning", "versionings"].flatMap((argument) => {
    const written = listAt(bucket.inputs, argument);
    if (written === UNKNOWN) return [UNKNOWN];
    return written.map((versioning) => at(versioning, "enabled")).filter((enabled) => enabled !== false);
  });
  return [
    ...separate,
    ...inline.map((enabled) => (enabled === true ? "Enabled" : enabled)),
    ...(native === undefined ? [] : [native]),
  ];
}

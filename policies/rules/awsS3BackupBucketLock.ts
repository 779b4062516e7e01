import { bucketsOf, listAtKnown, type StackBucket } from "../buckets";
import { iso27001, note, type StackRule } from "../rule";
import { at, UNKNOWN } from "../unknowns";

/** A default retention as written; any part may be `UNKNOWN`. */
interface Retention {
  mode: unknown;
  days: unknown;
  years: unknown;
}

/**
 * Refuses buckets with Object Lock on but no default retention: what is written without lock headers could be deleted
 * at once.
 *
 * Severity high. Values that are not known are noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export const awsS3BackupBucketLock: StackRule = {
  name: "aws-s3-backup-bucket-lock",
  displayName: "Backup buckets lock what is written",
  description: "A bucket with Object Lock must have a default retention in GOVERNANCE or COMPLIANCE mode.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    "Add an aws.s3.BucketObjectLockConfiguration for the bucket with rule.defaultRetention: a mode and 1 day or more.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
  enforcementLevel: "mandatory",
  validateStack: (args, report) => {
    for (const bucket of bucketsOf(args).filter((candidate) => candidate.isBackup)) {
      const { urn } = bucket.resource;
      const retentions = retentionsOf(bucket);
      if (retentions.length === 0) {
        report(
          `${bucket.label} has Object Lock but no default retention; add an aws.s3.BucketObjectLockConfiguration with rule.defaultRetention.`,
          urn,
        );
      }
      for (const retention of retentions) {
        const problem = problemOf(retention);
        if (problem !== undefined) report(`${bucket.label}: ${problem}.`, urn);
        else if (Object.values(retention).includes(UNKNOWN)) {
          note(report, `${bucket.label}: its default retention is not known yet; it is judged at the update.`, urn);
        }
      }
    }
  },
};

function problemOf({ mode, days, years }: Retention): string | undefined {
  if (mode !== UNKNOWN && mode !== "GOVERNANCE" && mode !== "COMPLIANCE") {
    return `defaultRetention.mode must be "GOVERNANCE" or "COMPLIANCE", got ${mode === undefined ? "nothing" : JSON.stringify(mode)}`;
  }
  const lasts = [days, years].some((length) => length === UNKNOWN || (typeof length === "number" && length >= 1));
  return lasts ? undefined : "defaultRetention must last 1 day or more; set days or years";
}

function retentionsOf(bucket: StackBucket): Retention[] {
  const holders: unknown[] = [
    ...bucket.parts("bucketObjectLock").map((part) => part.props),
    ...listAtKnown(bucket.resource.props, "objectLockConfiguration"),
  ];
  return holders.flatMap((holder) => [
    ...rulesOf(holder, "rule", "defaultRetention"),
    ...rulesOf(holder, "rules", "defaultRetentions"),
  ]);
}

function rulesOf(holder: unknown, rules: string, retentions: string): Retention[] {
  const written = at(holder, rules);
  if (written === UNKNOWN) return [{ mode: UNKNOWN, days: UNKNOWN, years: UNKNOWN }];
  return listAtKnown(holder, rules).flatMap((rule) => {
    if (at(rule, retentions) === UNKNOWN) return [{ mode: UNKNOWN, days: UNKNOWN, years: UNKNOWN }];
    return listAtKnown(rule, retentions).map((item) => ({
      mode: at(item, "mode"),
      days: at(item, "days"),
      years: at(item, "years"),
    }));
  });
}

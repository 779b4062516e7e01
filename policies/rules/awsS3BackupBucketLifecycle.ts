import { lifecycleRulesOf, type Expiration, type LifecycleRule } from "../bucketLifecycles";
import { lockDaysOf } from "../bucketRetentions";
import { bucketsOf } from "../buckets";
import { iso27001, type StackRule } from "../definition";
import { UNKNOWN, type Unknown } from "../unknowns";

/**
 * Refuses lifecycle rules that expire the current objects of a backup bucket before its default retention ends. S3 does
 * not delete a locked version, it hides it behind a delete marker: the backup is there, and paid for, and no listing
 * shows it. A rule with a date expires, from that date on, whatever was written the day before.
 *
 * Severity high. Rules for a prefix, a tag or a size count like any other; those that are off do not. Values that are
 * not known are noted and judged at the update. Not judged: the expiration of non-current versions, which waits for the
 * lock by itself and hides nothing; transitions, incomplete uploads and expired delete markers; locks that writers set
 * by headers; and buckets without a default retention, which `aws-s3-backup-bucket-lock` refuses.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-lifecycle
 */
export const awsS3BackupBucketLifecycle: StackRule = {
  name: "aws-s3-backup-bucket-lifecycle",
  displayName: "Backups do not expire before their lock",
  description: "Lifecycle rules of a backup bucket must not expire objects before its default retention ends.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    "Set expiration.days of each lifecycle rule of the bucket to the days of rule.defaultRetention or more (365 for a year), and use no expiration.date.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-lifecycle",
  judges: ["bucket", "bucketLifecycle", "bucketObjectLock"],
  readsInputsOf: ["bucket", "bucketLifecycle"],
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack).filter((candidate) => candidate.isBackup)) {
      const lockDays = lockDaysOf(bucket);
      if (lockDays === undefined) continue;
      const rules = lifecycleRulesOf(bucket);
      const problems = rules === UNKNOWN ? [UNKNOWN] : rules.flatMap((rule) => problemsOf(rule, lockDays));
      for (const problem of problems) {
        if (typeof problem === "string") verdict.violation(bucket, `${bucket.label}: ${problem}.`);
      }
      if (problems.includes(UNKNOWN)) {
        verdict.unknown(
          bucket,
          `${bucket.label}: whether its lifecycle rules are shorter than its default retention is not known yet; it is judged at the update.`,
        );
      }
    }
  },
};

function problemsOf(rule: LifecycleRule, lockDays: number | Unknown): (string | Unknown)[] {
  const problems = rule.expirations.flatMap((expiration) => problemOf(expiration, lockDays) ?? []);
  return problems.map((problem) =>
    typeof problem === "string" && rule.isSurelyOn ? `lifecycle rule ${rule.position} ${problem}` : UNKNOWN,
  );
}

function problemOf({ days, date }: Expiration, lockDays: number | Unknown): string | Unknown | undefined {
  if (typeof date === "string") {
    return "expires objects by date, from then on those written the day before too; use expiration.days, not shorter than the default retention";
  }
  if (days === UNKNOWN || date === UNKNOWN) return UNKNOWN;
  // The provider takes 0 for nothing.
  if (typeof days !== "number" || days <= 0) return undefined;
  if (lockDays === UNKNOWN) return UNKNOWN;
  return days >= lockDays
    ? undefined
    : `expires objects after ${days} days, while they are locked for ${lockDays}: S3 would hide them behind delete markers; set expiration.days to ${lockDays} or more`;
}

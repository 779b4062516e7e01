import { retentionsOf, type Retention } from "../bucketRetentions";
import { bucketsOf, type StackBucket } from "../buckets";
import { iso27001, type StackRule, type Verdict } from "../definition";
import { lockedFromTheStart } from "../remedies";
import { at, UNKNOWN } from "../unknowns";

const LOCKABLE_FIX =
  "set objectLockEnabled where the bucket is new, or add an aws.s3.BucketObjectLockConfiguration with rule.defaultRetention";

/**
 * Refuses backup buckets without Object Lock, which anybody with the right credentials can empty, and those with Object
 * Lock on but no default retention: what is written without lock headers could be deleted at once.
 *
 * Severity high. Values that are not known are noted and judged at the update. What the provider reads back from the
 * bucket does not count: a retention that is taken out of the program is taken off the bucket.
 *
 * At the level `remediate` it turns Object Lock on for the buckets that the option `newBuckets` names, and no other: on
 * a bucket that exists already the argument would replace the bucket, and a policy cannot know whether it exists.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export const awsS3BackupBucketLock: StackRule = {
  name: "aws-s3-backup-bucket-lock",
  displayName: "Backup buckets lock what is written",
  description:
    "A backup bucket must have Object Lock with a default retention of 1 day or more in GOVERNANCE or COMPLIANCE mode.",
  severity: "high",
  framework: iso27001("A.8.13", "Information backup"),
  tags: ["SOC2-A1.2"],
  remediationSteps:
    "Set objectLockEnabled on the bucket when it is new, and add an aws.s3.BucketObjectLockConfiguration for it with rule.defaultRetention: a mode and 1 day or more. A bucket that exists takes the second alone, once it is versioned; objectLockEnabled would replace it.",
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
  judges: ["bucket", "bucketObjectLock"],
  readsInputsOf: ["bucket"],
  options: {
    newBuckets: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        'Names of buckets (type::name or URN where a name is not enough) that do not exist yet: at the level "remediate" Object Lock is turned on for them. Take a name out once its bucket exists.',
    },
  },
  remediate: (resource, options) => lockedFromTheStart(resource, options["newBuckets"]),
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack).filter((candidate) => candidate.isBackup)) {
      if (bucket.isLocked) judgeRetention(bucket, verdict);
      else if (mayBeLocked(bucket)) {
        verdict.unknown(
          bucket,
          `${bucket.label}: whether it has Object Lock is not known yet; it is judged at the update.`,
        );
      } else {
        verdict.violation(bucket, `${bucket.label} holds backups but has no Object Lock; ${LOCKABLE_FIX}.`);
      }
    }
  },
};

/** Outputs cannot tell: an argument that is not set comes back unknown. */
function mayBeLocked({ inputs }: StackBucket): boolean {
  return at(inputs, "objectLockEnabled") === UNKNOWN || at(inputs, "objectLockConfiguration") === UNKNOWN;
}

function judgeRetention(bucket: StackBucket, verdict: Verdict): void {
  const retentions = retentionsOf(bucket);
  if (retentions.length === 0) {
    verdict.violation(
      bucket,
      `${bucket.label} has Object Lock but no default retention; add an aws.s3.BucketObjectLockConfiguration with rule.defaultRetention.`,
    );
  }
  for (const retention of retentions) {
    const problems = problemsOf(retention);
    for (const problem of problems) verdict.violation(bucket, `${bucket.label}: ${problem}.`);
    if (problems.length === 0 && isUncertain(retention)) {
      verdict.unknown(bucket, `${bucket.label}: its default retention is not known yet; it is judged at the update.`);
    }
  }
}

function problemsOf({ mode, days, years }: Retention): string[] {
  const problems: string[] = [];
  if (mode !== UNKNOWN && mode !== "GOVERNANCE" && mode !== "COMPLIANCE") {
    const got = mode === undefined ? "nothing" : JSON.stringify(mode);
    problems.push(`defaultRetention.mode must be "GOVERNANCE" or "COMPLIANCE", got ${got}`);
  }
  const lasts = [days, years].some((length) => length === UNKNOWN || (typeof length === "number" && length >= 1));
  if (!lasts) problems.push("defaultRetention must last 1 day or more; set days or years");
  return problems;
}

function isUncertain(retention: Retention): boolean {
  return Object.values(retention).includes(UNKNOWN);
}

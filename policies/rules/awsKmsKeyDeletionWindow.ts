import { bucketsOf, type StackBucket } from "../buckets";
import { iso27001, type StackRule } from "../definition";
import type { Stack, StackResource } from "../stack";
import { at, UNKNOWN } from "../unknowns";

/** What KMS takes when nothing is set, and the most there is. */
const LONGEST_DAYS = 30;
/** The bucket's own arguments that name its key, in each spelling. */
const INLINE = ["serverSideEncryptionConfiguration", "serverSideEncryptionConfigurations", "bucketEncryption"] as const;

/**
 * Refuses keys of backup buckets that KMS may delete sooner than it must: without its key a locked backup is as lost as a
 * deleted one, and the waiting time is when somebody can notice.
 *
 * Severity high. Judged are keys of the stack that the encryption of a backup bucket is made from; for any other key a
 * week may be enough. Nothing set is 30 days, the most there is. A window that is not known is noted and judged at the
 * update. A key that a bucket names by a literal ARN is not found.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
 */
export const awsKmsKeyDeletionWindow: StackRule = {
  name: "aws-kms-key-deletion-window",
  displayName: "Keys of backups are deleted as late as possible",
  description: "A KMS key that encrypts a backup bucket must have a long deletion window.",
  severity: "high",
  framework: iso27001("A.8.24", "Use of cryptography"),
  tags: ["SOC2-A1.2"],
  remediationSteps: "Remove deletionWindowInDays from the key (pendingWindowInDays in aws-native), or set it to 30.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
  judges: ["kmsKey", "kmsOtherKey", "bucket", "bucketEncryption"],
  // The provider fills in a default of its own, which is not known before the update.
  readsInputsOf: ["kmsKey", "kmsOtherKey"],
  options: {
    minDays: { type: "integer", minimum: 7, maximum: 30, default: 30, description: "Least days, 7-30." },
  },
  judgeStack: (stack, verdict, options) => {
    const minDays = options["minDays"] as number;
    const keys = new Set(bucketsOf(stack).flatMap((bucket) => (bucket.isBackup ? keysOf(stack, bucket) : [])));
    for (const key of [...stack.ofConcept("kmsKey"), ...stack.ofConcept("kmsOtherKey")]) {
      if (!keys.has(key)) continue;
      const days = at(key.inputs, "deletionWindowInDays") ?? at(key.inputs, "pendingWindowInDays");
      if (days === UNKNOWN) {
        verdict.unknown(key, `${key.label}: its deletion window is not known yet; it is judged at the update.`);
      } else if (Number(days ?? LONGEST_DAYS) < minDays) {
        verdict.violation(
          key,
          `${key.label} encrypts backups: its deletion window must be ${minDays} days or more, got ${String(days)}; remove it, or set it to 30.`,
        );
      }
    }
  },
};

function keysOf(stack: Stack, bucket: StackBucket): readonly StackResource[] {
  return [
    ...INLINE.flatMap((argument) => stack.dependenciesOf(bucket, argument)),
    ...bucket.parts("bucketEncryption").flatMap((part) => stack.dependenciesOf(part, "rules")),
  ];
}

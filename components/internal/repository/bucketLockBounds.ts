import { type ObjectLockMode, type TierPolicy, PREFIXES } from "../../../runner/contract";
import { deny, type Statement } from "../policyDocument";

/** What the bounds of explicit locks are made from. */
export interface LockBoundsInput {
  bucketArn: string;
  lockMode: ObjectLockMode;
  tiers: readonly TierPolicy[];
  /** Longest explicit lock of evidence, in days. */
  evidenceRetentionDays: number;
}

/** How a tier's bounds are written. Both say the same of whole days. */
export enum LockBoundForm {
  /** Two statements for each length of lock, "more than" and "less than". */
  Range = "range",
  /** One statement for each length of lock, which lists the days that are allowed. Half as long. */
  List = "list",
}

/** A lock may end this much earlier than its tier's: a manifest, up to a day after the upload began, carries the same date. */
const EARLY_SLACK_DAYS = 2;
/** And this much later: it is not documented how S3 rounds the days that remain. */
const LATE_SLACK_DAYS = 1;

const LOCK_MODE = "s3:object-lock-mode";
const REMAINING_DAYS = "s3:object-lock-remaining-retention-days";
const EVENT_HOLD = "s3:object-lock-event-hold";
/** The requests that carry a lock. */
const LOCKING = ["s3:PutObject", "s3:PutObjectRetention"];

/** Everything below one tier's prefixes. */
export function tierResources(bucketArn: string, { name }: TierPolicy): string[] {
  return [`${bucketArn}/${PREFIXES.dumps}${name}/*`, `${bucketArn}/${PREFIXES.manifests}${name}/*`];
}

/** Everything below the prefixes of evidence. */
export function evidenceResources(bucketArn: string): string[] {
  return [`${bucketArn}/${PREFIXES.verifications}*`, `${bucketArn}/${PREFIXES.drills}*`];
}

/** Bounds of the tiers that are locked for equally long; named by that length, so that a tier's name can be anything. */
function boundsOf(lockDays: number, resources: string[], form: LockBoundForm): Statement[] {
  const least = lockDays - EARLY_SLACK_DAYS;
  const most = lockDays + LATE_SLACK_DAYS;
  const long = deny(`DenyLongLock${lockDays}`, LOCKING, resources, {
    NumericGreaterThan: { [REMAINING_DAYS]: String(most) },
  });
  // Less than no day remains of no lock that S3 accepts.
  if (least < 1) return [long];
  if (form === LockBoundForm.List) {
    const allowed = Array.from({ length: most - least + 1 }, (_, i) => String(least + i));
    return [
      deny(`DenyOtherLock${lockDays}`, LOCKING, resources, {
        Null: { [REMAINING_DAYS]: "false" },
        NumericNotEquals: { [REMAINING_DAYS]: allowed },
      }),
    ];
  }
  return [
    long,
    deny(`DenyShortLock${lockDays}`, LOCKING, resources, { NumericLessThan: { [REMAINING_DAYS]: String(least) } }),
  ];
}

/**
 * Bounds of explicit locks, per tier, wherever a request carries them: PutObject and CreateMultipartUpload (both authorised as
 * s3:PutObject) and PutObjectRetention. They stop a lock that is too short, and one so long that it becomes an attack on the bill;
 * an event hold has no end at all, until somebody releases it, and is refused altogether.
 * A missing key makes positive operators false, and the negated one is paired with Null, so requests without lock headers pass here.
 *
 * Unproven on AWS: that CreateMultipartUpload fills the lock keys like PutObject, and how the remaining days are rounded; the list
 * form relies on their being whole, where the range form doesn't, and is therefore only for policies that would be too long.
 * Unproven as well: that the event hold's key is filled for PutObject's header as it is for PutObjectRetention.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
 */
export function lockBounds(input: LockBoundsInput, form: LockBoundForm): Statement[] {
  const { bucketArn, lockMode, tiers, evidenceRetentionDays } = input;
  const lengths = [...new Set(tiers.map((policy) => policy.lockDays))];
  return [
    deny("DenyWrongLockMode", LOCKING, `${bucketArn}/*`, {
      Null: { [LOCK_MODE]: "false" },
      StringNotEquals: { [LOCK_MODE]: lockMode },
    }),
    deny("DenyEventHold", LOCKING, `${bucketArn}/*`, { StringEquals: { [EVENT_HOLD]: "ON" } }),
    ...lengths.flatMap((lockDays) => {
      const alike = tiers.filter((policy) => policy.lockDays === lockDays);
      return boundsOf(
        lockDays,
        alike.flatMap((policy) => tierResources(bucketArn, policy)),
        form,
      );
    }),
    deny("DenyLongLockEvidence", LOCKING, evidenceResources(bucketArn), {
      NumericGreaterThan: { [REMAINING_DAYS]: String(evidenceRetentionDays) },
    }),
  ];
}

import { listAtKnown, type StackBucket } from "./buckets";
import { at, UNKNOWN, type Unknown } from "./unknowns";

/** A default retention of Object Lock as written; any part may be `UNKNOWN`. */
export interface Retention {
  mode: unknown;
  days: unknown;
  years: unknown;
}

const NOT_KNOWN: Retention = { mode: UNKNOWN, days: UNKNOWN, years: UNKNOWN };

/**
 * The default retentions that a program sets for a bucket, in each spelling. The bucket's own argument is read from its
 * inputs: the provider fills it in with what the bucket has (`readsInputsOf` of the rule must name "bucket").
 */
export function retentionsOf(bucket: StackBucket): Retention[] {
  const inline = at(bucket.inputs, "objectLockConfiguration");
  if (inline === UNKNOWN) return [NOT_KNOWN];
  const holders: unknown[] = [
    ...bucket.parts("bucketObjectLock").map((part) => part.props),
    ...listAtKnown(bucket.inputs, "objectLockConfiguration"),
  ];
  return holders.flatMap((holder) => [
    ...rulesOf(holder, "rule", "defaultRetention"),
    ...rulesOf(holder, "rules", "defaultRetentions"),
  ]);
}

function rulesOf(holder: unknown, rules: string, retentions: string): Retention[] {
  if (at(holder, rules) === UNKNOWN) return [NOT_KNOWN];
  return listAtKnown(holder, rules).flatMap((rule) => {
    if (at(rule, retentions) === UNKNOWN) return [NOT_KNOWN];
    return listAtKnown(rule, retentions).map((item) => ({
      mode: at(item, "mode"),
      days: at(item, "days"),
      years: at(item, "years"),
    }));
  });
}

/** The days of a bucket's default retention; `UNKNOWN` where they are not known yet, undefined where it sets none. */
export function lockDaysOf(bucket: StackBucket): number | Unknown | undefined {
  const lengths = retentionsOf(bucket).map(daysOf);
  const known = lengths.filter((days) => typeof days === "number");
  if (known.length > 0) return Math.max(...known);
  return lengths.includes(UNKNOWN) ? UNKNOWN : undefined;
}

function daysOf({ days, years }: Retention): number | Unknown | undefined {
  if (typeof days === "number" && days >= 1) return days;
  if (typeof years === "number" && years >= 1) return years * 365;
  return days === UNKNOWN || years === UNKNOWN ? UNKNOWN : undefined;
}

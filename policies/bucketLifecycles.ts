import type { StackBucket } from "./buckets";
import { at, listAt, UNKNOWN, type Unknown } from "./unknowns";

/** A lifecycle rule that is on, or may be. */
export interface LifecycleRule {
  /** Its place in its list, from 1. */
  position: number;
  /** False where it is not known yet whether it is on. */
  isSurelyOn: boolean;
  /** Of current versions. */
  expirations: readonly Expiration[];
}

/**
 * When a rule expires current versions: so many days after they were written, or whatever is there from a date on.
 * Either may be `UNKNOWN`.
 */
export interface Expiration {
  days: unknown;
  date: unknown;
}

const NOT_KNOWN: Expiration = { days: UNKNOWN, date: UNKNOWN };

/**
 * The lifecycle rules that a program sets for a bucket, in each spelling, without those that are off; `UNKNOWN` where
 * they are not known yet. Read from inputs: the provider fills in what a program left out (`readsInputsOf` of the rule
 * must name "bucket" and "bucketLifecycle").
 */
export function lifecycleRulesOf(bucket: StackBucket): readonly LifecycleRule[] | Unknown {
  const { inputs } = bucket;
  const lists = [
    ...bucket.parts("bucketLifecycle").map((part) => listAt(part.inputs, "rules")),
    listAt(inputs, "lifecycleRules"),
    listAt(inputs, "lifecycleConfiguration", "rules"),
  ];
  if (lists.includes(UNKNOWN)) return UNKNOWN;
  return (lists as (readonly unknown[])[])
    .flatMap((rules) => rules.map((rule, index) => ({ rule, position: index + 1 })))
    .filter(({ rule }) => at(rule, "status") !== "Disabled" && at(rule, "enabled") !== false)
    .map(({ rule, position }) => ({
      position,
      isSurelyOn: at(rule, "status") !== UNKNOWN && at(rule, "enabled") !== UNKNOWN,
      expirations: expirationsOf(rule),
    }));
}

/** `expiration`, the list of `BucketV2`, and the native bucket's own arguments. */
function expirationsOf(rule: unknown): Expiration[] {
  return [
    ...["expiration", "expirations"].flatMap((argument) => {
      const written = listAt(rule, argument);
      if (written === UNKNOWN) return [NOT_KNOWN];
      return written.map((expiration) => ({ days: at(expiration, "days"), date: at(expiration, "date") }));
    }),
    { days: at(rule, "expirationInDays"), date: at(rule, "expirationDate") },
  ];
}

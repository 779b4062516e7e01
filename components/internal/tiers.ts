import type { TierPolicy } from "../../runner/contract";
import { tierChoice } from "../../runner/retention";
import { type TierArgs, type TransitionArgs, StorageClass } from "../types";
import { DEFAULTS, tierPolicies } from "./defaults";

/** A tier with everything that is decided about it. */
export interface RetentionTier extends TierPolicy {
  /** Moves of its data, in the order of their days; empty for none. */
  transitions: TransitionArgs[];
}

/** Days that S3 bills an object for in a class, however soon it leaves. @see https://aws.amazon.com/s3/pricing/ */
export const MINIMUM_STAY_DAYS: Readonly<Record<StorageClass, number>> = {
  [StorageClass.StandardIa]: 30,
  [StorageClass.GlacierInstantRetrieval]: 90,
  [StorageClass.Glacier]: 90,
  [StorageClass.DeepArchive]: 180,
};

/** Shortest longest retention that is not remarked on: a mistake is often noticed only at the end of a month. */
const SHORTEST_HORIZON_DAYS = 30;

/** GLACIER after a month, where what remains is its minimum stay at least. */
function defaultTransitions(expireDays: number): TransitionArgs[] {
  const days = DEFAULTS.glacierTransitionDays;
  return expireDays >= days + MINIMUM_STAY_DAYS[StorageClass.Glacier]
    ? [{ storageClass: StorageClass.Glacier, days }]
    : [];
}

/** Tier arguments with every default applied, transitions included; in the order given. */
export function retentionTiers(tiers: readonly TierArgs[] = DEFAULTS.tiers): RetentionTier[] {
  return tierPolicies(tiers).map((policy, i) => ({
    ...policy,
    transitions: [...(tiers[i]!.transitions ?? defaultTransitions(policy.expireDays))],
  }));
}

/**
 * Tiers that a database uses, in the repository's order.
 *
 * @param names as in DatabaseArgs.tiers; undefined for all. Names that the repository doesn't have are problems of the choice
 */
export function tiersOf<T extends TierPolicy>(repositoryTiers: readonly T[], names?: readonly string[]): T[] {
  return tierChoice(repositoryTiers, names).tiers;
}

/**
 * Problems of a database's choice among the repository's tiers.
 *
 * @param argument what the caller wrote, for the messages: `databases[0].tiers` or alike
 * @param names undefined for all of them
 */
export function tierChoiceProblems(
  argument: string,
  repositoryTiers: readonly TierPolicy[],
  names: readonly string[] | undefined,
): string[] {
  const known = repositoryTiers.map((policy) => policy.name).join(", ");
  const choice = tierChoice(repositoryTiers, names);
  if (names === undefined) {
    return choice.crowded.map(
      (shared) =>
        `${argument} must be named, the repository has ${shared.names.length} ${shared.period} tiers ` +
        `(${shared.names.join(", ")}) and a database uses one of each period: choose among ${known}`,
    );
  }
  if (names.length === 0) return [`${argument} must name at least one tier; leave it out for all: ${known}`];
  return [
    ...choice.unknown.map((name) => `${argument} must be among the repository's tiers (${known}), got "${name}"`),
    ...choice.repeated.map((name) => `${argument} names ${name} twice; remove one`),
    ...choice.crowded.map(
      (shared) =>
        `${argument} must hold one tier of each period, got ${shared.names.length} ${shared.period} ones ` +
        `(${shared.names.join(", ")}); keep one, points are stored once per period`,
    ),
  ];
}

/** Moves that are billed for longer than they last. An expired version stays in its class until lifecycle removes it. */
function shortStays({ name, expireDays, transitions }: RetentionTier): string[] {
  return transitions.flatMap(({ storageClass, days }, i) => {
    const next = transitions[i + 1];
    const end = next?.days ?? expireDays + DEFAULTS.noncurrentDays;
    const billed = MINIMUM_STAY_DAYS[storageClass];
    if (end - days >= billed) return [];
    const leaves = next
      ? `moves on to ${next.storageClass} at day ${end}`
      : `is removed at day ${end}, ${DEFAULTS.noncurrentDays} days after it expires`;
    return [
      `tiers: ${name} is in ${storageClass} for ${end - days} days (from day ${days} until it ${leaves}) and billed for ${billed}; ` +
        "leave this transition out, or give it more time",
    ];
  });
}

/**
 * What is allowed but probably not meant, for `pulumi.log.warn` on the component: stays in a storage class that are shorter than
 * what is billed, and a longest retention of less than 30 days. The tiers are valid, or the answer means nothing.
 */
export function tierWarnings(tiers: readonly TierArgs[] | undefined): string[] {
  const retained = retentionTiers(tiers);
  const longest = Math.max(...retained.map((tier) => tier.expireDays));
  return [
    ...retained.flatMap(shortStays),
    ...(longest < SHORTEST_HORIZON_DAYS
      ? [
          `tiers: the longest retention is ${longest} days; what is noticed after a month can't be restored: ` +
            `keep one tier for ${SHORTEST_HORIZON_DAYS} days or more`,
        ]
      : []),
  ];
}

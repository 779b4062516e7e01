import { isTierName, TIERS } from "../../runner/contract";
import { StorageClass, type TierArgs, type TransitionArgs } from "../types";
import { LIMITS } from "./defaults";
import { enumProblems, wholeNumberProblems } from "./validate";

/** The only order in which S3 moves an object. */
const WATERFALL: readonly StorageClass[] = [
  StorageClass.StandardIa,
  StorageClass.GlacierInstantRetrieval,
  StorageClass.Glacier,
  StorageClass.DeepArchive,
];
/**
 * Days that an object is in S3 Standard before STANDARD_IA, and in STANDARD_IA before an archive; S3 refuses rules with less.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 */
const INFREQUENT_ACCESS_DAYS = 30;

/** Problems of days that must be given: programs in other languages have seen no compiler, and S3 would never expire such a tier. */
function neededDaysProblems(argument: string, days: number | undefined): string[] {
  return days === undefined ? [`${argument} must be given`] : wholeNumberProblems(argument, days, 1, LIMITS.lockDays);
}

/** Problems of one move after another, both of which are well-formed. */
function successionProblems(at: string, before: TransitionArgs, move: TransitionArgs): string[] {
  if (WATERFALL.indexOf(move.storageClass) <= WATERFALL.indexOf(before.storageClass)) {
    return [
      `${at} moves from ${before.storageClass} to ${move.storageClass}; S3 moves only forward in ${WATERFALL.join(", ")}: ` +
        "reorder them or leave one out",
    ];
  }
  const isAfterInfrequentAccess = before.storageClass === StorageClass.StandardIa;
  const least = before.days + (isAfterInfrequentAccess ? INFREQUENT_ACCESS_DAYS : 1);
  if (move.days >= least) return [];
  return [
    `${at}.days must be at least ${least}, got ${move.days}; ${move.storageClass} comes ` +
      (isAfterInfrequentAccess ? `${INFREQUENT_ACCESS_DAYS} days or more ` : "") +
      `after ${before.storageClass} at day ${before.days}: raise it or lower that`,
  ];
}

function transitionProblems(label: string, { transitions = [], expireDays }: TierArgs): string[] {
  const problems: string[] = [];
  let before: TransitionArgs | undefined;
  transitions.forEach((move, i) => {
    const at = `tiers: ${label}.transitions[${i}]`;
    const own = [
      ...enumProblems(`${at}.storageClass`, String(move.storageClass), StorageClass),
      ...neededDaysProblems(`${at}.days`, move.days),
    ];
    problems.push(...own);
    if (own.length > 0) return;
    if (move.storageClass === StorageClass.StandardIa && move.days < INFREQUENT_ACCESS_DAYS) {
      problems.push(
        `${at}.days must be at least ${INFREQUENT_ACCESS_DAYS} for STANDARD_IA, got ${move.days}; S3 refuses less: raise it`,
      );
    }
    if (move.days >= expireDays) {
      problems.push(
        `${at}.days must be less than expireDays (${expireDays}), got ${move.days}; S3 refuses to move what is expired: ` +
          "lower it, raise expireDays, or leave it out",
      );
    }
    if (before) problems.push(...successionProblems(at, before, move));
    before = move;
  });
  return problems;
}

function lifeProblems(label: string, { expireDays, lockDays }: TierArgs): string[] {
  const days = [
    ...neededDaysProblems(`tiers: ${label}.expireDays`, expireDays),
    ...wholeNumberProblems(`tiers: ${label}.lockDays`, lockDays, 1, LIMITS.lockDays),
  ];
  if (days.length > 0 || lockDays === undefined || lockDays <= expireDays) return days;
  return [
    `tiers: ${label}.lockDays must be at most expireDays (${expireDays}), got ${lockDays}; ` +
      "lifecycle would hide versions that are still locked behind delete markers: lower lockDays or raise expireDays",
  ];
}

/** Names are segments of keys: two tiers of one name would share their objects, lifecycle rules and locks. */
function repeatedNameProblems(tiers: readonly TierArgs[]): string[] {
  const names = tiers.map(({ tier, name }) => name ?? tier);
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))].map((repeated) => {
    const sharing = tiers.filter((_, i) => names[i] === repeated);
    const unnamed = sharing.filter(({ name }) => name === undefined).length;
    return unnamed === sharing.length
      ? `tiers: ${unnamed} ${repeated} tiers have no name; give all but one a name of its own, or merge them`
      : `tiers: ${sharing.length} tiers are named ${repeated} (without a name, a tier is called by its period); give each its own`;
  });
}

/** Every problem of a repository's tiers on their own. None when they are left out. */
export function tierProblems(tiers: readonly TierArgs[] | undefined): string[] {
  if (tiers === undefined) return [];
  if (tiers.length === 0) return ["tiers must hold at least one tier; a repository that keeps nothing is no backup"];
  const most = LIMITS.tiers;
  return [
    ...(tiers.length <= most
      ? []
      : [`tiers must hold at most ${most} tiers, got ${tiers.length}; merge those that live about as long`]),
    ...tiers.flatMap((args) => {
      const label = args.name ?? args.tier;
      const life = lifeProblems(label, args);
      return [
        ...(TIERS.includes(args.tier)
          ? []
          : [`tiers: "${String(args.tier)}" is no period; use one of ${TIERS.join(", ")}`]),
        ...(args.name === undefined || isTierName(args.name)
          ? []
          : [`tiers: a name must be 1-20 characters of a-z, 0-9 and inner hyphens, got "${args.name}"`]),
        ...life,
        ...(life.length > 0 ? [] : transitionProblems(label, args)),
      ];
    }),
    ...repeatedNameProblems(tiers),
  ];
}

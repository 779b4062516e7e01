import { PREFIXES } from "../../../runner/contract";
import type { TransitionArgs } from "../../types";
import { DEFAULTS } from "../defaults";
import { stillProtects } from "../guard";
import type { RetentionTier } from "../tiers";

/** One lifecycle rule, in the shape of S3's API. */
export interface LifecycleRule {
  id: string;
  status: "Enabled";
  filter: { prefix?: string };
  transitions?: TransitionArgs[];
  expiration?: { days?: number; expiredObjectDeleteMarker?: boolean };
  noncurrentVersionExpiration?: { noncurrentDays: number };
  abortIncompleteMultipartUpload?: { daysAfterInitiation: number };
}

function expiring(
  id: string,
  prefix: string,
  days: number,
  transitions: readonly TransitionArgs[] = [],
): LifecycleRule {
  return {
    id,
    status: "Enabled",
    filter: { prefix },
    ...(transitions.length === 0
      ? {}
      : { transitions: transitions.map((move) => ({ storageClass: move.storageClass, days: move.days })) }),
    expiration: { days },
    noncurrentVersionExpiration: { noncurrentDays: DEFAULTS.noncurrentDays },
  };
}

/**
 * Rules of one bucket; both get the same, since lifecycle actions do not replicate. Two per tier, far from S3's 1,000. Expiration
 * only makes a version noncurrent; it is gone `noncurrentDays` later, so the whole life is the sum of both. Manifests stay
 * readable at once: archiving objects of a few KiB costs more than it saves, and without them nothing can be found.
 */
export function lifecycleRules(tiers: readonly RetentionTier[], evidenceRetentionDays: number): LifecycleRule[] {
  return [
    ...tiers.map(({ name, expireDays, transitions }) =>
      expiring(`dumps-${name}`, `${PREFIXES.dumps}${name}/`, expireDays, transitions),
    ),
    ...tiers.map(({ name, expireDays }) => expiring(`manifests-${name}`, `${PREFIXES.manifests}${name}/`, expireDays)),
    expiring("verifications", PREFIXES.verifications, evidenceRetentionDays),
    expiring("drills", PREFIXES.drills, evidenceRetentionDays),
    {
      id: "abort-incomplete-uploads",
      status: "Enabled",
      filter: {},
      abortIncompleteMultipartUpload: { daysAfterInitiation: DEFAULTS.abortIncompleteUploadDays },
    },
    { id: "expired-delete-markers", status: "Enabled", filter: {}, expiration: { expiredObjectDeleteMarker: true } },
  ];
}

/** What of a rule says where it acts; deprecated forms included. */
interface AnyRule {
  status?: string;
  prefix?: string;
  filter?: { prefix?: string; and?: { prefix?: string } };
}

/** Whether a rule leaves every object of a repository alone. */
function isElsewhere({ status, filter, prefix }: AnyRule): boolean {
  const own = filter?.and?.prefix ?? filter?.prefix ?? prefix ?? "";
  return status === "Disabled" || !Object.values(PREFIXES).some((ours) => own.startsWith(ours) || ours.startsWith(own));
}

/**
 * Whether changed rules still keep what is locked: each of ours is there as it was, and added ones act only elsewhere. Of two rules
 * for one object S3 follows the one that expires it first, and what is expired is hidden behind a delete marker, locked or not.
 */
export function rulesStillProtect(before: unknown, after: unknown): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return false;
  const isOurs = (rule: unknown): boolean => before.some((own) => stillProtects(own, rule));
  return (
    before.every((own) => after.some((rule) => stillProtects(own, rule))) &&
    after.every((rule: AnyRule) => isOurs(rule) || isElsewhere(rule))
  );
}

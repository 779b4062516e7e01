import { type TierPolicy, PREFIXES } from "../../runner/contract";
import { DEFAULTS, LIMITS } from "./defaults";

/** One lifecycle rule, in the shape of S3's API. */
export interface LifecycleRule {
  id: string;
  status: "Enabled";
  filter: { prefix?: string };
  transitions?: { storageClass: "GLACIER"; days: number }[];
  expiration?: { days?: number; expiredObjectDeleteMarker?: boolean };
  noncurrentVersionExpiration?: { noncurrentDays: number };
  abortIncompleteMultipartUpload?: { daysAfterInitiation: number };
}

function expiring(id: string, prefix: string, days: number, transitionDays?: number): LifecycleRule {
  return {
    id,
    status: "Enabled",
    filter: { prefix },
    ...(transitionDays === undefined
      ? {}
      : { transitions: [{ storageClass: "GLACIER" as const, days: transitionDays }] }),
    expiration: { days },
    noncurrentVersionExpiration: { noncurrentDays: DEFAULTS.noncurrentDays },
  };
}

/**
 * Rules of one bucket; both get the same, since lifecycle actions do not replicate. Expiration only makes a version noncurrent;
 * it is gone `noncurrentDays` later, so the whole life is the sum of both. Manifests stay readable at once: archiving objects
 * of a few KiB costs more than it saves, and without them nothing can be found.
 *
 * @param glacierTransitionDays applies to the data of tiers that live long enough for GLACIER's minimum stay
 */
export function lifecycleRules(
  tiers: readonly TierPolicy[],
  glacierTransitionDays: number,
  evidenceRetentionDays: number,
): LifecycleRule[] {
  return [
    ...tiers.map(({ tier, expireDays }) => {
      const archives = expireDays >= glacierTransitionDays + LIMITS.glacierMinimumDays;
      return expiring(
        `dumps-${tier}`,
        `${PREFIXES.dumps}${tier}/`,
        expireDays,
        archives ? glacierTransitionDays : undefined,
      );
    }),
    ...tiers.map(({ tier, expireDays }) => expiring(`manifests-${tier}`, `${PREFIXES.manifests}${tier}/`, expireDays)),
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

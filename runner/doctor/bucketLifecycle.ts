import { GetBucketLifecycleConfigurationCommand, type LifecycleRule } from "@aws-sdk/client-s3";
import { PREFIXES } from "../contract";
import type { StackSettings } from "../stackSettings";
import { type DoctorCheck, examineEach } from "./check";

const LEAST_NONCURRENT_DAYS = 30;

function prefixOf({ Filter, Prefix }: LifecycleRule): string {
  return Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? "";
}

/** Days that what lies below a prefix must live: the lock of its tier, or of the longest tier that it reaches. */
function promisedDays(prefix: string, tiers: NonNullable<StackSettings["tiers"]>): number {
  const reached = tiers.filter(({ name }) =>
    [PREFIXES.dumps, PREFIXES.manifests].some((root) => {
      const own = `${root}${name}/`;
      return own.startsWith(prefix) || prefix.startsWith(own);
    }),
  );
  return Math.max(0, ...reached.map(({ lockDays }) => lockDays));
}

function problemsOf(rule: LifecycleRule, tiers: StackSettings["tiers"]): string[] {
  const prefix = prefixOf(rule);
  const isOurs = Object.values(PREFIXES).some((root) => root.startsWith(prefix) || prefix.startsWith(root));
  const { Expiration, NoncurrentVersionExpiration, ID = "without a name" } = rule;
  if (rule.Status !== "Enabled" || !isOurs) return [];
  const days = Expiration?.Days;
  const promised = tiers ? promisedDays(prefix, tiers) : 0;
  const noncurrent = NoncurrentVersionExpiration?.NoncurrentDays;
  return [
    ...(days !== undefined && days < promised
      ? [`rule ${ID} expires "${prefix}" after ${days} days, ${promised} were promised`]
      : []),
    ...(Expiration?.Date
      ? [`rule ${ID} expires "${prefix}" on ${Expiration.Date.toISOString()}, whatever its age`]
      : []),
    ...(noncurrent !== undefined && noncurrent < LEAST_NONCURRENT_DAYS
      ? [`rule ${ID} removes what was hidden after ${noncurrent} days, at least ${LEAST_NONCURRENT_DAYS} were promised`]
      : []),
  ];
}

/** Lifecycle against the lock: what is expired is hidden, locked or not. */
export const bucketLifecycle: DoctorCheck = {
  id: "bucketLifecycle",
  run: (context) =>
    examineEach(
      context,
      "bucket.lifecycle",
      context.sides,
      ({ bucket }) => bucket,
      async ({ bucket, region }) => {
        const { Rules = [] } = await context
          .clients(region)
          .s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
        const { tiers } = context.stack;
        const aborts = Rules.some((rule) => rule.Status === "Enabled" && rule.AbortIncompleteMultipartUpload);
        const expires = Rules.some((rule) => prefixOf(rule).startsWith(PREFIXES.dumps) && rule.Expiration?.Days);
        return {
          ok: `${Rules.length} rules; none expires a backup ${tiers ? "before its lock ends" : "on a date (the tiers are not known here)"}`,
          problems: [
            ...Rules.flatMap((rule) => problemsOf(rule, tiers)),
            ...(aborts ? [] : ["no rule removes the parts of broken uploads"]),
            ...(expires ? [] : [`no rule expires ${PREFIXES.dumps}: the bill grows for ever`]),
          ],
        };
      },
    ),
};

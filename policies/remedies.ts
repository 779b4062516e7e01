import { Secret } from "@pulumi/policy";
import type { RemediatedResource } from "./definition";
import { isA } from "./resourceTypes";
import { at, isObject, isUnknown, UNKNOWN } from "./unknowns";

/** The native bucket holds its block itself. */
const NATIVE_BUCKET = "aws-native:s3:Bucket";

/**
 * A public access block, or a native bucket, with the settings that are false or not set turned on; undefined where none
 * is, or the block is unknown or secret. A setting not known yet is left as it is.
 */
export function withPublicAccessBlocked(
  { type, props }: RemediatedResource,
  settings: readonly string[],
): Record<string, unknown> | undefined {
  if (isA("bucketPublicAccessBlock", type)) return turnedOn(props, settings);
  if (type !== NATIVE_BUCKET) return undefined;
  const argument = "publicAccessBlockConfiguration";
  const block = props[argument] ?? {};
  if (!isObject(block) || block instanceof Secret) return undefined;
  const mended = turnedOn(block as Record<string, unknown>, settings);
  return mended === undefined ? undefined : { ...props, [argument]: mended };
}

function turnedOn(holder: Record<string, unknown>, settings: readonly string[]): Record<string, unknown> | undefined {
  const off = settings.filter((setting) => at(holder, setting) !== true && at(holder, setting) !== UNKNOWN);
  return off.length === 0 ? undefined : { ...holder, ...Object.fromEntries(off.map((setting) => [setting, true])) };
}

/** A bucket that the list names with Object Lock turned on; undefined for any other, and where that is not known yet. */
export function lockedFromTheStart(
  { type, urn, props }: RemediatedResource,
  newBuckets: unknown,
): Record<string, unknown> | undefined {
  if (!isA("bucket", type) || !Array.isArray(newBuckets)) return undefined;
  // A URN ends with its type and name.
  const isNamed = newBuckets.some((named) => named === urn || urn.endsWith(`::${String(named)}`));
  const own = at(props, "objectLockEnabled");
  return !isNamed || own === true || isUnknown(own) ? undefined : { ...props, objectLockEnabled: true };
}

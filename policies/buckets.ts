import type { PolicyResource, StackValidationArgs } from "@pulumi/policy";
import { isA, type ResourceConcept } from "./resourceTypes";
import { at, listAt, UNKNOWN } from "./unknowns";

/** Concepts that are resources of their own beside the bucket they configure. */
export type BucketPart = Extract<
  ResourceConcept,
  "bucketEncryption" | "bucketPublicAccessBlock" | "bucketVersioning" | "bucketObjectLock" | "bucketPolicy"
>;

/** A bucket of the stack with the resources that configure it. */
export interface StackBucket {
  resource: PolicyResource;
  /** `aws.s3.Bucket "orders"`, for messages. */
  label: string;
  parts(concept: BucketPart): readonly PolicyResource[];
  /** True with Object Lock on, by the bucket's own argument or a resource of its own: a bucket that holds backups. */
  isBackup: boolean;
}

/** Every bucket of the stack in the order of their URNs, each joined with its configuration resources. */
export function bucketsOf(args: StackValidationArgs): StackBucket[] {
  const buckets = args.resources.filter((resource) => isA("bucket", resource.type));
  return buckets
    .map((resource) => {
      const parts = (concept: BucketPart): PolicyResource[] =>
        args.resources.filter((part) => isA(concept, part.type) && ownersOf(part, buckets).includes(resource));
      return { resource, label: labelOf(resource), parts, isBackup: isLocked(resource, parts("bucketObjectLock")) };
    })
    .sort((a, b) => (a.resource.urn < b.resource.urn ? -1 : 1));
}

/** Where providers put a bucket's name: its argument, its id, the native provider's own. */
const NAME_PROPERTIES = ["bucket", "id", "bucketName"] as const;

/**
 * The buckets a configuration resource belongs to. By name where both names are known; else through the dependencies of
 * its `bucket` argument, which the engine reports whatever the value, also by way of another part
 * (`bucket: versioning.bucket`).
 */
function ownersOf(part: PolicyResource, buckets: readonly PolicyResource[]): readonly PolicyResource[] {
  const name = at(part.props, "bucket");
  if (typeof name === "string") {
    const named = buckets.filter((bucket) => NAME_PROPERTIES.some((property) => at(bucket.props, property) === name));
    if (named.length > 0) return named;
  }
  return dependenciesOf(part, buckets, new Set());
}

function dependenciesOf(
  part: PolicyResource,
  buckets: readonly PolicyResource[],
  visited: Set<PolicyResource>,
): PolicyResource[] {
  if (visited.has(part)) return [];
  visited.add(part);
  return (part.propertyDependencies["bucket"] ?? []).flatMap((dependency) =>
    buckets.includes(dependency) ? [dependency] : dependenciesOf(dependency, buckets, visited),
  );
}

/** Unknown counts as off: the provider fills this in, and an unset argument comes back unknown at preview. */
function isLocked(bucket: PolicyResource, locks: readonly PolicyResource[]): boolean {
  if (at(bucket.props, "objectLockEnabled") === true || locks.length > 0) return true;
  return listAtKnown(bucket.props, "objectLockConfiguration").some(
    (inline) => at(inline, "objectLockEnabled") === "Enabled",
  );
}

/** The known items at a path; none when it is not known. */
export function listAtKnown(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const items = listAt(value, ...path);
  return items === UNKNOWN ? [] : items;
}

function labelOf(resource: PolicyResource): string {
  const [provider = "", module = "", name = ""] = resource.type.split(":");
  return `${provider}.${module.split("/")[0] ?? ""}.${name} "${resource.name}"`;
}

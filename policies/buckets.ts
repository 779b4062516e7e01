import { pairsOf } from "./pairs";
import type { ResourceConcept } from "./resourceTypes";
import type { Stack, StackResource } from "./stack";
import { at, listAt, UNKNOWN } from "./unknowns";

/** Concepts that are resources of their own beside the bucket they configure. */
export type BucketPart = Extract<
  ResourceConcept,
  | "bucketEncryption"
  | "bucketPublicAccessBlock"
  | "bucketVersioning"
  | "bucketObjectLock"
  | "bucketPolicy"
  | "bucketLifecycle"
  | "bucketReplication"
  | "bucketOwnershipControls"
  | "bucketAcl"
>;

/** A bucket of the stack with the resources that configure it. */
export interface StackBucket extends StackResource {
  /** The bucket as the stack's own indices know it. */
  entry: StackResource;
  parts(concept: BucketPart): readonly StackResource[];
  /** True with Object Lock on, by the bucket's own argument or a resource of its own. */
  isLocked: boolean;
  /**
   * Holds backups: Object Lock is on, or its name says so (`shop-backups`, `db_backup`, `shopBackups`), or a tag does
   * (`purpose: backups`). A name that also says logs is that of a log bucket, which S3 does not let lock what it receives.
   */
  isBackup: boolean;
  /** Its name or a tag says that it is the copy of another bucket (`shop-backups-replica`, `role: replica`). */
  isCalledReplica: boolean;
}

const SAYS_BACKUP = words("backup", "backups");
const SAYS_OTHER = words("log", "logs", "logging", "inventory", "report", "reports");
const SAYS_REPLICA = words("replica", "replicas");
const PURPOSE_TAG = /^(?:purpose|usage|role|contents?)$/i;

/** Finds one of the words, as a word: `db-backups`, `dbBackups`, `DB_BACKUPS`; not in `feedbackups`. */
function words(...lower: string[]): RegExp {
  const forms = lower.flatMap((word) => [
    `(?<![A-Za-z])${word}(?![a-z])`,
    `${word.charAt(0).toUpperCase()}${word.slice(1)}(?![a-z])`,
    `(?<![A-Za-z])${word.toUpperCase()}(?![A-Za-z])`,
  ]);
  return new RegExp(forms.join("|"));
}

/** Every bucket of the stack in the order of their URNs, each joined with its configuration resources. */
export function bucketsOf(stack: Stack): StackBucket[] {
  return stack.ofConcept("bucket").map((bucket) => {
    const parts = (concept: BucketPart): readonly StackResource[] => stack.partsOf(bucket, "bucket", concept, "bucket");
    const locked = isLocked(bucket, parts("bucketObjectLock"));
    return {
      ...bucket,
      entry: bucket,
      parts,
      isLocked: locked,
      isBackup: locked || isCalled(bucket, (text) => SAYS_BACKUP.test(text) && !SAYS_OTHER.test(text)),
      isCalledReplica: isCalled(bucket, (text) => SAYS_REPLICA.test(text)),
    };
  });
}

/** By its own names, or by what a tag says of its purpose. */
function isCalled({ name, props }: StackResource, says: (text: string) => boolean): boolean {
  const names = [name, at(props, "bucket"), at(props, "bucketName")].filter((text) => typeof text === "string");
  return names.some(says) || tagsOf(props).some(([key, value]) => PURPOSE_TAG.test(key) && says(value));
}

/** The tags that are known. */
function tagsOf(props: object): [string, string][] {
  return pairsOf(at(props, "tags"), "key").filter((pair): pair is [string, string] =>
    pair.every((text) => typeof text === "string"),
  );
}

/** Unknown counts as off: the provider fills this in, and an unset argument comes back unknown at preview. */
function isLocked(bucket: StackResource, locks: readonly StackResource[]): boolean {
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

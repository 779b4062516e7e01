import { backupBucketsOf, type BackupBuckets } from "./backupBuckets";
import type { StackBucket } from "./buckets";
import { isAbout } from "./iamStatements";
import { rolesOf, type StackRole } from "./iamRoles";
import { jsonText } from "./jsonTexts";
import type { Stack, StackResource } from "./stack";
import { at, UNKNOWN } from "./unknowns";

/** Buckets that something writes backups to; false where that is not known yet, and a dependency speaks for it. */
export type WrittenBuckets = ReadonlyMap<StackBucket, boolean>;

/** A role that writes backups. */
export interface BackupRole extends StackRole {
  writes: WrittenBuckets;
}

/**
 * What of a stack is the machinery of a backup. A role is when a program takes it on and it may put objects into a backup
 * bucket that its policy names, or into any bucket where what runs as it is told of one (by its environment, or the
 * containers of its task). A policy not known yet counts when it is made from a backup bucket. A task definition or a
 * function is when it runs as such a role; a state machine or a function when it is made from one of those, and so starts
 * it. Everything inside this library's own components is.
 *
 * Not seen: EC2 instances and containers elsewhere, machinery whose role, bucket or task another stack has, and what is
 * joined by a literal ARN of a role, task or machine alone.
 */
export interface BackupWorkloads {
  readonly buckets: BackupBuckets;
  readonly roles: readonly BackupRole[];
  /** What task definitions, functions and state machines write, or make others write; empty when they are none of a backup. */
  writtenBy(...resources: readonly StackResource[]): WrittenBuckets;
  /** Inside a component of this library. */
  isOurs(resource: StackResource): boolean;
  /** Of a backup: it writes one, or is inside a component of this library. */
  isOfBackup(resource: StackResource): boolean;
}

/** The prefix of the type tokens of this library's components. */
export const OUR_COMPONENTS = "pulumi-backup321:index:";

const NOTHING: WrittenBuckets = new Map();
/** By which of its arguments something starts what it is made from. */
const STARTS = ["definition", "definitionString", "definitionSubstitutions", "environment"] as const;

/** Linear in resources and dependencies. */
export function backupWorkloadsOf(stack: Stack): BackupWorkloads {
  const buckets = backupBucketsOf(stack);
  const roles: BackupRole[] = [];
  const own = new Map<StackResource, Map<StackBucket, boolean>>();
  for (const role of rolesOf(stack)) {
    if (!role.isForPrograms) continue;
    const { writes, isEvery } = namedWrites(role, buckets);
    for (const run of isEvery ? role.runs : []) {
      for (const bucket of toldOf(stack, run, buckets)) writes.set(bucket, true);
    }
    if (writes.size === 0) continue;
    roles.push({ ...role, writes });
    for (const run of role.runs) own.set(run, merge(own.get(run), writes));
  }

  const known = new Map<StackResource, WrittenBuckets>();
  const writtenByOne = (resource: StackResource): WrittenBuckets => {
    const before = known.get(resource);
    if (before !== undefined) return before;
    // Says nothing while it is worked out, so that a circle ends.
    known.set(resource, NOTHING);
    const written = merge(undefined, own.get(resource) ?? NOTHING);
    for (const started of STARTS.flatMap((argument) => stack.dependenciesOf(resource, argument))) {
      merge(written, writtenByOne(started));
    }
    known.set(resource, written);
    return written;
  };
  const writtenBy = (...resources: readonly StackResource[]): WrittenBuckets =>
    resources.reduce((written, resource) => merge(written, writtenByOne(resource)), merge(undefined, NOTHING));
  const isOurs = (resource: StackResource): boolean =>
    stack.ancestorsOf(resource).some(({ type }) => type.startsWith(OUR_COMPONENTS));
  const isOfBackup = (resource: StackResource): boolean => writtenBy(resource).size > 0 || isOurs(resource);
  return { buckets, roles, writtenBy, isOurs, isOfBackup };
}

/** Buckets that the role's policies name and let it put objects into, and whether they let it put them anywhere. */
function namedWrites(role: StackRole, buckets: BackupBuckets): { writes: Map<StackBucket, boolean>; isEvery: boolean } {
  const writes = new Map<StackBucket, boolean>();
  let isEvery = false;
  for (const { statements, madeFrom } of role.policies) {
    if (statements === UNKNOWN) {
      for (const bucket of buckets.among(madeFrom)) writes.set(bucket, writes.get(bucket) ?? false);
      continue;
    }
    for (const statement of statements) {
      if (!statement.isAllow || !isAbout(statement, "s3:PutObject")) continue;
      const covered = buckets.coveredBy(statement, madeFrom);
      for (const bucket of covered.named) writes.set(bucket, true);
      isEvery ||= covered.isEvery;
    }
  }
  return { writes, isEvery };
}

function toldOf(stack: Stack, run: StackResource, buckets: BackupBuckets): StackBucket[] {
  return ["containerDefinitions", "environment"].flatMap((argument) => [
    ...buckets.among(stack.dependenciesOf(run, argument)),
    ...buckets.inText(jsonText(at(run.props, argument))),
  ]);
}

function merge(into: Map<StackBucket, boolean> = new Map(), from: WrittenBuckets): Map<StackBucket, boolean> {
  for (const [bucket, isKnown] of from) into.set(bucket, isKnown || (into.get(bucket) ?? false));
  return into;
}

import { bucketsOf, type BucketPart, type StackBucket } from "./buckets";
import type { IamStatement } from "./iamStatements";
import type { Stack, StackResource } from "./stack";
import { at, UNKNOWN } from "./unknowns";
import { matchesWildcards } from "./wildcards";

const PARTS: readonly BucketPart[] = [
  "bucketEncryption",
  "bucketPublicAccessBlock",
  "bucketVersioning",
  "bucketObjectLock",
  "bucketPolicy",
  "bucketLifecycle",
  "bucketReplication",
  "bucketOwnershipControls",
];

/** What a statement covers of the backup buckets. */
export interface BucketCoverage {
  /** Named by ARN, or by what the policy is made from while the ARN is not known. */
  named: ReadonlySet<StackBucket>;
  /** Whatever bucket there is: `*`, or everything but some. */
  isEvery: boolean;
}

/** The backup buckets of a stack, and how other resources refer to them. */
export interface BackupBuckets {
  readonly all: readonly StackBucket[];
  /** Those among some resources, directly or by a part of theirs such as their versioning. */
  among(resources: readonly StackResource[]): StackBucket[];
  /** Those whose name stands in a text. */
  inText(text: string): StackBucket[];
  /** @param madeFrom what the statement's policy is made from */
  coveredBy(statement: IamStatement, madeFrom: readonly StackResource[]): BucketCoverage;
}

/** @param stack its backup buckets are indexed once: each question costs no more than its own length */
export function backupBucketsOf(stack: Stack): BackupBuckets {
  const all = bucketsOf(stack).filter((bucket) => bucket.isBackup);
  const byUrn = new Map<string, StackBucket>();
  const byName = new Map<string, StackBucket>();
  for (const bucket of all) {
    for (const part of [bucket, ...PARTS.flatMap((concept) => bucket.parts(concept))]) byUrn.set(part.urn, bucket);
    for (const name of namesOf(bucket)) byName.set(name, bucket);
  }
  const patterns = new Map<string, StackBucket[]>();
  const matching = (pattern: string): StackBucket[] => {
    const exact = byName.get(pattern);
    if (exact !== undefined) return [exact];
    if (!/[*?]/.test(pattern)) return [];
    let found = patterns.get(pattern);
    if (found === undefined) {
      found = [...byName].flatMap(([name, bucket]) => (matchesWildcards(pattern, name, "IAM") ? [bucket] : []));
      patterns.set(pattern, found);
    }
    return found;
  };
  const among = (resources: readonly StackResource[]): StackBucket[] => [
    ...new Set(resources.flatMap(({ urn }) => byUrn.get(urn) ?? [])),
  ];
  return {
    all,
    among,
    inText: (text) => [
      ...new Set((text.match(/[a-z0-9][a-z0-9.-]+/g) ?? []).flatMap((word) => byName.get(word) ?? [])),
    ],
    coveredBy: ({ resources, isAnyResource }, madeFrom) => {
      const named = new Set<StackBucket>();
      let isEvery = isAnyResource;
      for (const resource of resources) {
        const pattern = resource === UNKNOWN ? "" : bucketNameIn(resource);
        const isAll = /^\*+$/.test(pattern);
        const found = resource === UNKNOWN ? among(madeFrom) : isAll ? [] : matching(pattern);
        for (const bucket of found) named.add(bucket);
        isEvery ||= isAll;
      }
      return { named, isEvery };
    },
  };
}

/** The bucket of an ARN, which may be a pattern; `*` for a pattern of ARNs that every bucket has, empty for none. */
function bucketNameIn(resource: string): string {
  if (/^(?:arn:[^:]*:(?:s3:)?)?\*+$/.test(resource)) return "*";
  return /^arn:[^:]*:s3:[^:]*:[^:]*:([^/]+)/.exec(resource)?.[1] ?? "";
}

function namesOf({ props }: StackResource): string[] {
  return ["bucket", "bucketName", "id"]
    .map((property) => at(props, property))
    .filter((value) => typeof value === "string" && value !== "") as string[];
}

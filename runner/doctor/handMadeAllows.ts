import { type Statement, many } from "./bucketStatements";

/** What the components let other accounts do, by Sid. Within an account they allow nothing in a bucket policy. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  AllowReplication: ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"],
  AllowReaders: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"],
  AllowListing: ["s3:ListBucket", "s3:ListBucketVersions"],
};

/**
 * Whether a component wrote it: that Sid, no more than its actions, and an account as principal. Whom an account is let in by, its
 * own policies have to let in as well, so that a simulation of those still holds.
 */
function isOfComponent({ Sid = "", Principal, Action }: Statement): boolean {
  const actions = SHARED[Sid];
  const principals = (Principal ?? {}) as { AWS?: string | string[] };
  return (
    actions !== undefined &&
    many(Action).length > 0 &&
    many(Action).every((action) => actions.includes(action)) &&
    Object.keys(principals).join() === "AWS" &&
    many(principals.AWS).every((principal) => /^arn:[a-z-]+:iam::\d{12}:root$/.test(principal))
  );
}

/** Sids of statements that allow something and that no component wrote. */
export function handMadeAllows(statements: readonly Statement[]): string[] {
  return statements
    .filter((statement) => statement.Effect !== "Deny" && !isOfComponent(statement))
    .map(({ Sid }) => Sid ?? "without a Sid");
}

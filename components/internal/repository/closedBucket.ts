import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupRepositoryTransforms } from "../../backupRepository";
import { child } from "../child";
import type { Guard } from "../guard";

/** What closes a bucket. */
export interface ClosedBucket {
  ownership: aws.s3.BucketOwnershipControls;
  publicAccess: aws.s3.BucketPublicAccessBlock;
}

/**
 * Closes a bucket to the public and to access lists: its owner owns every object, and policies alone decide.
 *
 * @param name of a child, from its role
 * @param at the bucket, and its region where that is not the provider's
 * @param within options of whatever is set on the bucket
 */
export function closeBucket(
  name: (role: string) => string,
  at: { region: string | undefined; bucket: pulumi.Output<string> },
  guard: Guard,
  within: pulumi.CustomResourceOptions,
  transform: Pick<BackupRepositoryTransforms, "ownership" | "publicAccess"> = {},
): ClosedBucket {
  const ownership = child(
    aws.s3.BucketOwnershipControls,
    name("ownership"),
    { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } },
    guard,
    { ...within, transform: transform.ownership, protectedProps: ["bucket", "rule"] },
  );
  const publicAccess = child(
    aws.s3.BucketPublicAccessBlock,
    name("public-access"),
    { ...at, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    guard,
    {
      ...within,
      transform: transform.publicAccess,
      protectedProps: ["bucket", "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"],
    },
  );
  return { ownership, publicAccess };
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { refuseProblems } from "../validate";

const BUCKET_NAME = /^(?!xn--|.*\.\.|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Names of the buckets that are adopted instead of created. */
export interface ExistingBuckets {
  existingPrimaryBucketName?: pulumi.Input<string>;
  existingReplicaBucketName?: pulumi.Input<string>;
}

/** Problems of the names of existing buckets. A name that is not known yet is let through; the look-up checks it. */
export function existingBucketProblems({
  existingPrimaryBucketName: primary,
  existingReplicaBucketName: replica,
}: ExistingBuckets): string[] {
  const shape = (argument: string, value: pulumi.Input<string> | undefined): string[] =>
    typeof value !== "string" || BUCKET_NAME.test(value)
      ? []
      : [`${argument} must be the name of a bucket (3-63 characters), not its ARN or URL, got "${value}"`];
  return [
    ...shape("existingPrimaryBucketName", primary),
    ...shape("existingReplicaBucketName", replica),
    ...(typeof primary === "string" && primary === replica
      ? [
          `existingReplicaBucketName must be another bucket than existingPrimaryBucketName, both are "${primary}"; ` +
            "one bucket is one copy",
        ]
      : []),
  ];
}

/** A bucket that is there already, as its look-up found it. */
export interface ExistingBucket {
  name: pulumi.Output<string>;
  arn: pulumi.Output<string>;
}

/**
 * Looks an existing bucket up, so that a missing one, or one in another region, fails at preview.
 *
 * @throws RunError when it lies in another region than `region`
 */
export function existingBucket(
  component: { type: string; name: string },
  argument: keyof ExistingBuckets,
  bucketName: pulumi.Input<string>,
  region: pulumi.Output<string>,
  from: { parent: pulumi.Resource; provider: pulumi.ProviderResource | undefined },
): ExistingBucket {
  const { provider, parent } = from;
  const found = aws.s3.getBucketOutput({ bucket: bucketName, region }, { parent, ...(provider ? { provider } : {}) });
  const checked = pulumi
    .all([found.bucket, found.arn, found.bucketRegion, region])
    .apply(([name, arn, where, wanted]) => {
      if (where !== wanted) {
        refuseProblems(component.type, component.name, [
          `${argument} "${name}" must be in ${wanted}, it is in ${where}; name a bucket of that region`,
        ]);
      }
      return { name, arn };
    });
  return { name: checked.name, arn: checked.arn };
}

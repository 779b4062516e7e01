import { bucketsOf, type StackBucket } from "../buckets";
import { iso27001, type StackRule, type Verdict } from "../definition";
import { withPublicAccessBlocked } from "../remedies";
import { at, listAt, UNKNOWN } from "../unknowns";

const SETTINGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

/**
 * Refuses buckets whose public access block is missing or not complete.
 *
 * Severity critical. All four settings must be true; the SDK's default for each is false. A setting that is not known
 * is noted and judged at the update. A block on the whole account does not stand in: it is not part of the bucket.
 * At the level `remediate` the settings that are off are turned on where a block is written, and native buckets are
 * given one.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export const awsS3BucketPublicAccess: StackRule = {
  name: "aws-s3-bucket-public-access",
  displayName: "Buckets block public access",
  description: "Every bucket must block public access with all four settings.",
  severity: "critical",
  framework: iso27001("A.8.3", "Information access restriction"),
  tags: ["SOC2-CC6.1", "CIS-AWS-3.0.0-2.1.4"],
  remediationSteps: `Add an aws.s3.BucketPublicAccessBlock for the bucket with ${SETTINGS.join(", ")} all true.`,
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  judges: ["bucket", "bucketPublicAccessBlock"],
  readsInputsOf: ["bucket"],
  remediate: (resource) => withPublicAccessBlocked(resource, SETTINGS),
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack)) {
      const inline = listAt(bucket.inputs, "publicAccessBlockConfiguration");
      const blocks: unknown[] = bucket.parts("bucketPublicAccessBlock").map((part) => part.props);
      blocks.push(...(inline === UNKNOWN ? [UNKNOWN] : inline));
      if (blocks.length === 0) {
        verdict.violation(
          bucket,
          `${bucket.label} has no public access block; add an aws.s3.BucketPublicAccessBlock with all four settings true.`,
        );
      }
      for (const block of blocks) judge(bucket, block, verdict);
    }
  },
};

function judge(bucket: StackBucket, block: unknown, verdict: Verdict): void {
  const unknown = SETTINGS.filter((setting) => at(block, setting) === UNKNOWN);
  const off = SETTINGS.filter((setting) => at(block, setting) !== true && !unknown.includes(setting));
  if (off.length > 0) {
    verdict.violation(
      bucket,
      `${bucket.label}: its public access block leaves ${off.join(", ")} off; set all four to true.`,
    );
  }
  if (unknown.length > 0) {
    verdict.unknown(
      bucket,
      `${bucket.label}: ${unknown.join(", ")} of its public access block is not known yet; judged at the update.`,
    );
  }
}

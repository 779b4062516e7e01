import { bucketsOf, listAtKnown, type StackBucket } from "../buckets";
import { iso27001, type StackRule, type Verdict } from "../definition";
import { at, listAt, UNKNOWN, type Unknown } from "../unknowns";

/** What a bucket's default encryption is set to; `UNKNOWN` where that is not known yet. */
interface Encryption {
  algorithm: unknown;
  keyId: unknown;
}

const ALGORITHMS: ReadonlySet<unknown> = new Set(["AES256", "aws:kms", "aws:kms:dsse"]);
const FIX = 'add an aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm "aws:kms" and the ARN of a key';

/**
 * Refuses buckets that do not configure their own encryption, and backup buckets that are not encrypted with a customer
 * key.
 *
 * Severity high. Joins each bucket with its encryption resource, in every spelling, deprecated inline arguments
 * included. A key that is not known yet is a key about to be created, and passes. Rules or an algorithm that are not
 * known are noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
 */
export const awsS3BucketEncryption: StackRule = {
  name: "aws-s3-bucket-encryption",
  displayName: "Buckets configure their encryption",
  description: "Every bucket must configure its encryption; a backup bucket must use a customer managed KMS key.",
  severity: "high",
  framework: iso27001("A.8.24", "Use of cryptography"),
  tags: ["SOC2-CC6.1", "SOC2-CC6.7"],
  remediationSteps:
    'Add an aws.s3.BucketServerSideEncryptionConfiguration for the bucket with sseAlgorithm "aws:kms" and kmsMasterKeyId set to the ARN of a key of your own.',
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
  judges: ["bucket", "bucketEncryption", "bucketObjectLock"],
  // Outputs cannot tell what a program asked for: the provider fills in the AES256 that S3 applies by itself.
  readsInputsOf: ["bucket"],
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack)) judge(bucket, inlineEncryption(bucket.inputs), verdict);
  },
};

function judge(bucket: StackBucket, inline: Encryption[] | Unknown, verdict: Verdict): void {
  const all = bucket.parts("bucketEncryption").map((part) => separateEncryption(part.props));
  if (inline === UNKNOWN || inline.length > 0) all.push(inline);
  if (all.length === 0) {
    verdict.violation(bucket, `${bucket.label} has no encryption configuration of its own; ${FIX}.`);
    return;
  }
  for (const encryptions of all) {
    if (encryptions === UNKNOWN) {
      verdict.unknown(
        bucket,
        `${bucket.label}: its encryption rules are not known yet; they are judged at the update.`,
      );
    } else if (encryptions.length === 0) {
      verdict.violation(bucket, `${bucket.label}: its encryption configuration has no default rule; ${FIX}.`);
    } else {
      for (const encryption of encryptions) judgeDefault(bucket, encryption, verdict);
    }
  }
}

function judgeDefault(bucket: StackBucket, { algorithm, keyId }: Encryption, verdict: Verdict): void {
  if (algorithm === UNKNOWN) {
    verdict.unknown(bucket, `${bucket.label}: sseAlgorithm is not known yet; it is judged at the update.`);
  } else if (!ALGORITHMS.has(algorithm)) {
    verdict.violation(
      bucket,
      `${bucket.label}: sseAlgorithm must be "aws:kms", "aws:kms:dsse" or "AES256", got ${show(algorithm)}; ${FIX}.`,
    );
  } else if (bucket.isBackup && algorithm === "AES256") {
    verdict.violation(
      bucket,
      `${bucket.label} holds backups: sseAlgorithm must be "aws:kms" or "aws:kms:dsse", got "AES256"; ${FIX}.`,
    );
  } else if (bucket.isBackup && !isCustomerKey(keyId)) {
    verdict.violation(
      bucket,
      `${bucket.label} holds backups: kmsMasterKeyId must be a key of your own, got ${show(keyId)}; ${FIX}.`,
    );
  }
}

function isCustomerKey(keyId: unknown): boolean {
  return keyId === UNKNOWN || (typeof keyId === "string" && keyId !== "" && !/(?:^|:)alias\/aws\//.test(keyId));
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function separateEncryption(props: object): Encryption[] | Unknown {
  const rules = listAt(props, "rules");
  if (rules === UNKNOWN) return UNKNOWN;
  return rules.flatMap((rule) => defaultsOf(rule, "applyServerSideEncryptionByDefault"));
}

/** The bucket's own argument, in each spelling: `aws.s3.Bucket`, `BucketV2` (lists of lists), the native provider. */
function inlineEncryption(props: object): Encryption[] | Unknown {
  const current = listAt(props, "serverSideEncryptionConfiguration");
  const v2 = listAt(props, "serverSideEncryptionConfigurations");
  const native = listAt(props, "bucketEncryption", "serverSideEncryptionConfiguration");
  if (current === UNKNOWN || v2 === UNKNOWN || native === UNKNOWN) return UNKNOWN;
  return [
    ...current
      .flatMap((configuration) => listAtKnown(configuration, "rule"))
      .flatMap((rule) => defaultsOf(rule, "applyServerSideEncryptionByDefault")),
    ...v2
      .flatMap((configuration) => listAtKnown(configuration, "rules"))
      .flatMap((rule) => defaultsOf(rule, "applyServerSideEncryptionByDefaults")),
    ...native.flatMap((rule) => defaultsOf(rule, "serverSideEncryptionByDefault")),
  ];
}

function defaultsOf(rule: unknown, property: string): Encryption[] {
  const defaults = listAt(rule, property);
  if (defaults === UNKNOWN) return [{ algorithm: UNKNOWN, keyId: UNKNOWN }];
  return defaults.map((item) => ({ algorithm: at(item, "sseAlgorithm"), keyId: at(item, "kmsMasterKeyId") }));
}

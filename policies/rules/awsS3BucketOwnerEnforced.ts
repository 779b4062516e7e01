import { bucketsOf, type StackBucket } from "../buckets";
import { iso27001, type StackRule, type Verdict } from "../definition";
import { isA } from "../resourceTypes";
import type { Stack } from "../stack";
import { at, listAt, UNKNOWN } from "../unknowns";

const PUBLIC_ACLS: ReadonlySet<string> = new Set(["publicread", "publicreadwrite", "authenticatedread"]);
const LOG_DELIVERY_ACL = "logdeliverywrite";
const PUBLIC_GROUP = /\/groups\/global\/(?:AllUsers|AuthenticatedUsers)$/;
const LOG_DELIVERY_GROUP = /\/groups\/s3\/LogDelivery$/;
/** The account that CloudFront's older standard logging writes as, the same for everybody. */
const CLOUDFRONT_LOG_DELIVERY = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0";

/** What ACLs of a bucket give away; any part may be `UNKNOWN`. */
interface Acls {
  canned: unknown[];
  grantees: { uri: unknown; id: unknown }[];
  isUnknown: boolean;
}

/**
 * Refuses buckets that turn ACLs on (`ObjectWriter`, `BucketOwnerPreferred`), where whoever writes an object owns it, or
 * ACLs can open it past the bucket's policy; and ACLs that grant everybody something.
 *
 * Severity medium. A bucket that says nothing passes: S3 enforces the owner on new buckets since April 2023. So does
 * one that logs are delivered to by ACL, where nothing else works: with the `log-delivery-write` ACL, a grant to the log
 * delivery group or to CloudFront's log account, or as the target of a distribution's older standard logging; a backup
 * bucket has no such excuse. Values that are not known are noted and judged at the update. Not judged: ACLs of single
 * objects, and grants to single accounts.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 */
export const awsS3BucketOwnerEnforced: StackRule = {
  name: "aws-s3-bucket-owner-enforced",
  displayName: "Buckets own their objects and have no ACLs",
  description: "A bucket must not turn ACLs on, save for log delivery, nor grant everybody something by ACL.",
  severity: "medium",
  framework: iso27001("A.8.3", "Information access restriction"),
  tags: ["SOC2-CC6.1"],
  remediationSteps:
    'Set rule.objectOwnership of the aws.s3.BucketOwnershipControls to "BucketOwnerEnforced", remove acl, grants and aws.s3.BucketAcl, and grant access by the bucket\'s policy.',
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
  judges: ["bucket", "bucketOwnershipControls", "bucketAcl", "bucketObjectLock", "cloudFrontDistribution"],
  // Outputs cannot tell what a program asked for: the provider fills in the grants that S3 made by itself.
  readsInputsOf: ["bucket", "bucketAcl"],
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack)) {
      const acls = aclsOf(bucket);
      judgeAcls(bucket, acls, verdict);
      if (bucket.isBackup || !(takesLogs(acls) || isLogTarget(stack, bucket))) judgeOwnership(bucket, verdict);
    }
  },
};

function judgeOwnership(bucket: StackBucket, verdict: Verdict): void {
  for (const ownership of ownershipsOf(bucket)) {
    if (ownership === UNKNOWN) {
      verdict.unknown(bucket, `${bucket.label}: objectOwnership is not known yet; it is judged at the update.`);
    } else if (ownership !== "BucketOwnerEnforced") {
      verdict.violation(
        bucket,
        `${bucket.label}: objectOwnership must be "BucketOwnerEnforced", got ${ownership === undefined ? "nothing" : JSON.stringify(ownership)}; set it, and grant access by policies instead of ACLs.`,
      );
    }
  }
}

function judgeAcls(bucket: StackBucket, acls: Acls, verdict: Verdict): void {
  for (const acl of acls.canned.filter((canned) => PUBLIC_ACLS.has(plain(canned)))) {
    verdict.violation(
      bucket,
      `${bucket.label}: acl must not be public, got ${JSON.stringify(acl)}; remove it, and grant access by policies.`,
    );
  }
  if (acls.grantees.some(({ uri }) => typeof uri === "string" && PUBLIC_GROUP.test(uri))) {
    verdict.violation(
      bucket,
      `${bucket.label}: its ACL grants everybody something; remove the grant to AllUsers or AuthenticatedUsers.`,
    );
  }
  if (acls.isUnknown) {
    verdict.unknown(bucket, `${bucket.label}: its ACL is not known yet; it is judged at the update.`);
  }
}

function takesLogs({ canned, grantees }: Acls): boolean {
  return (
    canned.some((acl) => plain(acl) === LOG_DELIVERY_ACL) ||
    grantees.some(({ uri, id }) => id === CLOUDFRONT_LOG_DELIVERY || LOG_DELIVERY_GROUP.test(String(uri)))
  );
}

/** A native distribution has one argument for everything, origins included: there, one that logs at all is believed. */
function isLogTarget(stack: Stack, bucket: StackBucket): boolean {
  return stack.dependentsOf(bucket.entry).some((distribution) => {
    if (!isA("cloudFrontDistribution", distribution.type)) return false;
    const logsNatively = at(distribution.props, "distributionConfig", "logging") !== undefined;
    const argument = logsNatively ? "distributionConfig" : "loggingConfig";
    return stack.dependenciesOf(distribution, argument).includes(bucket.entry);
  });
}

/** `public-read` and, of the native bucket, `PublicRead`. */
function plain(acl: unknown): string {
  return String(acl).replaceAll("-", "").toLowerCase();
}

function ownershipsOf(bucket: StackBucket): unknown[] {
  const separate = bucket.parts("bucketOwnershipControls").map((part) => at(part.props, "rule", "objectOwnership"));
  const native = listAt(bucket.inputs, "ownershipControls", "rules");
  return [...separate, ...(native === UNKNOWN ? [UNKNOWN] : native.map((rule) => at(rule, "objectOwnership")))];
}

/** The bucket's own arguments, in each spelling, and ACL resources. */
function aclsOf(bucket: StackBucket): Acls {
  const { inputs } = bucket;
  const parts = bucket.parts("bucketAcl").map((part) => part.inputs);
  const written = [at(inputs, "acl"), at(inputs, "accessControl"), ...parts.map((part) => at(part, "acl"))];
  const inline = listAt(inputs, "grants");
  const lists = [inline, ...parts.map((part) => listAt(part, "accessControlPolicy", "grants"))];
  const grantees = [
    ...(inline === UNKNOWN ? [] : inline),
    ...parts.flatMap((part) => {
      const grants = listAt(part, "accessControlPolicy", "grants");
      return grants === UNKNOWN ? [] : grants.map((grant) => at(grant, "grantee"));
    }),
  ].map((grantee) => ({ uri: at(grantee, "uri"), id: at(grantee, "id") }));
  return {
    canned: written,
    grantees,
    isUnknown: written.includes(UNKNOWN) || lists.includes(UNKNOWN) || grantees.some(({ uri }) => uri === UNKNOWN),
  };
}

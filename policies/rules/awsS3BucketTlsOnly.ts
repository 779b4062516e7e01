import { hasUnknown, isEveryone, policyDocumentsOf, statementsIn, textsAt, withStatement } from "../bucketPolicies";
import { bucketsOf } from "../buckets";
import { iso27001, type StackRule } from "../definition";
import { at, isObject, UNKNOWN } from "../unknowns";

/**
 * Refuses buckets whose policy does not deny requests without TLS.
 *
 * Severity medium. Looks for one statement that denies `s3:*` to everyone, on the bucket and on its objects, where
 * `aws:SecureTransport` is false, with no further condition that narrows it. A policy that is not known, as when it
 * holds the ARN of a bucket about to be created, is noted and judged at the update.
 *
 * At the level `remediate` the statement is added to a policy of its own whose text is known and names its bucket; one
 * that is unknown or secret, or would grow past S3's limit, is left as it is. A bucket without a policy is not given one.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
 */
export const awsS3BucketTlsOnly: StackRule = {
  name: "aws-s3-bucket-tls-only",
  displayName: "Buckets refuse requests without TLS",
  description: "Every bucket's policy must deny all requests that do not use TLS.",
  severity: "medium",
  framework: iso27001("A.8.24", "Use of cryptography"),
  tags: ["SOC2-CC6.7", "CIS-AWS-3.0.0-2.1.1"],
  remediationSteps:
    'Add a statement to the aws.s3.BucketPolicy: Effect "Deny", Principal "*", Action "s3:*", Resource the bucket\'s ARN and the same followed by "/*", Condition {"Bool": {"aws:SecureTransport": "false"}}.',
  url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit",
  judges: ["bucket", "bucketPolicy"],
  readsInputsOf: ["bucket"],
  remediate: (resource) => withStatement(resource, deniesPlaintext, tlsStatement),
  judgeStack: (stack, verdict) => {
    for (const bucket of bucketsOf(stack)) {
      const documents = policyDocumentsOf(bucket);
      if (documents.some(deniesPlaintext)) continue;
      if (documents.some(hasUnknown)) {
        verdict.unknown(
          bucket,
          `${bucket.label}: its policy is not known yet; whether it demands TLS is judged at the update.`,
        );
      } else if (documents.length === 0) {
        verdict.violation(
          bucket,
          `${bucket.label} has no bucket policy; add one that denies s3:* where aws:SecureTransport is false.`,
        );
      } else {
        verdict.violation(
          bucket,
          `${bucket.label}: its policy does not deny s3:* to everyone, on the bucket and its objects, where aws:SecureTransport is false; add that statement.`,
        );
      }
    }
  },
};

/** Without a `Sid`: it cannot be one that the policy has already. */
function tlsStatement(bucketArn: string): object {
  return {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

function deniesPlaintext(document: unknown): boolean {
  const statements = statementsIn(document);
  return statements !== UNKNOWN && statements.some(isTlsStatement);
}

function isTlsStatement(statement: unknown): boolean {
  const resources = textsAt(statement, "Resource");
  return (
    at(statement, "Effect") === "Deny" &&
    isEveryone(at(statement, "Principal")) &&
    textsAt(statement, "Action").some((action) => action === "*" || action.toLowerCase() === "s3:*") &&
    resources.some((resource) => resource === "*" || resource.endsWith("/*")) &&
    resources.some((resource) => !resource.includes("/")) &&
    isTlsCondition(at(statement, "Condition"))
  );
}

/** One operator with one key and one value: anything more would narrow the denial. */
function isTlsCondition(condition: unknown): boolean {
  if (!isObject(condition)) return false;
  const [operator, ...otherOperators] = Object.entries(condition as Record<string, unknown>);
  if (operator === undefined || otherOperators.length > 0 || !/^Bool(?:IfExists)?$/.test(operator[0])) return false;
  if (!isObject(operator[1])) return false;
  const [key, ...otherKeys] = Object.entries(operator[1] as Record<string, unknown>);
  if (key === undefined || otherKeys.length > 0 || key[0].toLowerCase() !== "aws:securetransport") return false;
  return [key[1]].flat().every((value) => String(value).toLowerCase() === "false");
}

import { bucketsOf, type StackBucket } from "../buckets";
import { iso27001, note, type StackRule } from "../rule";
import { at, isObject, listAt, UNKNOWN } from "../unknowns";

/**
 * Refuses buckets whose policy does not deny requests without TLS.
 *
 * Severity medium. Looks for one statement that denies `s3:*` to everyone, on the bucket and on its objects, where
 * `aws:SecureTransport` is false, with no further condition that narrows it. A policy that is not known, as when it
 * holds the ARN of a bucket about to be created, is noted and judged at the update.
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
  enforcementLevel: "mandatory",
  validateStack: (args, report) => {
    for (const bucket of bucketsOf(args)) {
      const { urn } = bucket.resource;
      const documents = documentsOf(bucket);
      if (documents.some((document) => document !== UNKNOWN && deniesPlaintext(document))) continue;
      if (documents.includes(UNKNOWN)) {
        note(
          report,
          `${bucket.label}: its policy is not known yet; whether it demands TLS is judged at the update.`,
          urn,
        );
      } else if (documents.length === 0) {
        report(
          `${bucket.label} has no bucket policy; add one that denies s3:* where aws:SecureTransport is false.`,
          urn,
        );
      } else {
        report(
          `${bucket.label}: its policy does not deny s3:* to everyone, on the bucket and its objects, where aws:SecureTransport is false; add that statement.`,
          urn,
        );
      }
    }
  },
};

/** The bucket's policies as objects; text that is not JSON demands nothing and stands as an empty one. */
function documentsOf(bucket: StackBucket): unknown[] {
  const separate = bucket
    .parts("bucketPolicy")
    .map((part) => at(part.props, "policy") ?? at(part.props, "policyDocument") ?? {});
  const inline = at(bucket.resource.props, "policy");
  // An inline policy that is not known was not set: the provider reads it back once the bucket exists.
  const written = typeof inline === "string" && inline !== "" ? [...separate, inline] : separate;
  return written.map((document) => (typeof document === "string" ? parse(document) : document));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return {};
  }
}

function deniesPlaintext(document: unknown): boolean {
  const statements = listAt(document, "Statement");
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

function isEveryone(principal: unknown): boolean {
  return principal === "*" || textsAt(principal, "AWS").includes("*");
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

function textsAt(value: unknown, key: string): string[] {
  const items = listAt(value, key);
  return items === UNKNOWN ? [] : items.filter((item): item is string => typeof item === "string");
}

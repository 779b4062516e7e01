// What S3 refuses about a bucket and its plain settings. Pure; one message per problem.
import { isObject, known, objectsOf, type Props } from "../wire";

/** One of a list; lets unknown values through. */
export const oneOf = (what: string, value: unknown, allowed: readonly string[]): string[] =>
  value === undefined || !known(value) || allowed.includes(value as string)
    ? []
    : [`${what} is "${value as string}": AWS takes ${allowed.join(", ")}`];

/** The elements of a list; none when it is absent or unknown. */
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A number within bounds, both inclusive; lets unknown values through. */
export const within = (what: string, value: unknown, min: number, max: number): string[] =>
  typeof value === "number" && (value < min || value > max) ? [`${what} is ${value}: AWS takes ${min} to ${max}`] : [];

const BUCKET_NAME = /^(?!xn--|.*\.\.|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function bucketName(inputs: Props): string[] {
  const name = inputs["bucket"] as unknown;
  return typeof name === "string" && known(name) && !BUCKET_NAME.test(name)
    ? [`InvalidBucketName: "${name}" must be 3 to 63 characters of lower-case letters, digits, dots and hyphens`]
    : [];
}

export const versioning = (inputs: Props): string[] =>
  oneOf("versioningConfiguration.status", inputs["versioningConfiguration"]?.status, [
    "Enabled",
    "Suspended",
    "Disabled",
  ]);

export function objectLock(inputs: Props): string[] {
  const retention = inputs["rule"]?.defaultRetention as Props | undefined;
  if (!isObject(retention)) return [];
  const { days, years } = retention;
  return [
    ...oneOf("rule.defaultRetention.mode", retention["mode"], ["GOVERNANCE", "COMPLIANCE"]),
    ...((days === undefined) === (years === undefined) ? ["rule.defaultRetention takes either days or years"] : []),
    ...within("rule.defaultRetention.days", days, 1, 36500),
    ...within("rule.defaultRetention.years", years, 1, 100),
  ];
}

export const encryption = (inputs: Props): string[] =>
  objectsOf(inputs["rules"]).flatMap((rule) => {
    const chosen = (rule["applyServerSideEncryptionByDefault"] ?? {}) as Props;
    return [
      ...oneOf("sseAlgorithm", chosen["sseAlgorithm"], ["AES256", "aws:kms", "aws:kms:dsse"]),
      ...(chosen["sseAlgorithm"] === "AES256" && chosen["kmsMasterKeyId"]
        ? ["kmsMasterKeyId is not applicable if sseAlgorithm is not aws:kms or aws:kms:dsse"]
        : []),
      ...listOf(rule["blockedEncryptionTypes"]).flatMap((t) => oneOf("blockedEncryptionTypes", t, ["SSE-C", "NONE"])),
    ];
  });

import * as pulumi from "@pulumi/pulumi";
import { LIMITS } from "./defaults";

const NAME = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

/**
 * Throws one error with every problem of a component's arguments; nothing when there are none. A RunError, so that the engine
 * prints the message alone, without a stack trace of ours.
 */
export function refuseProblems(component: string, name: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const list =
    problems.length === 1
      ? problems[0]!
      : `${problems.length} problems:\n${problems.map((p) => `  - ${p}`).join("\n")}`;
  throw new pulumi.RunError(`${component} "${name}": ${list}`);
}

/** Problems of a component's own name, from which every physical name is made. */
export function nameProblems(name: string, longest: number = LIMITS.nameLength): string[] {
  return name.length <= longest && NAME.test(name)
    ? []
    : [
        `the name must be 1-${longest} characters of a-z, 0-9 and inner hyphens, starting with a letter, got "${name}"; ` +
          "shorten or rename it, bucket and role names are made from it",
      ];
}

/** Problem of a whole number outside of its limits. */
export function wholeNumberProblems(
  argument: string,
  value: number | undefined,
  least: number,
  most: number,
): string[] {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  return [`${argument} must be a whole number from ${least} to ${most}, got ${value}`];
}

/** Problem of a value that is none of an enum's. */
export function enumProblems(argument: string, value: string | undefined, allowed: object): string[] {
  const values = Object.values(allowed) as string[];
  return value === undefined || values.includes(value)
    ? []
    : [`${argument} must be one of ${values.join(", ")}, got "${value}"`];
}

/** Problem of a text that is not of a shape. A value that is not known yet is let through. */
export function patternProblems(
  argument: string,
  value: pulumi.Input<string> | undefined,
  pattern: RegExp,
  shape: string,
): string[] {
  return typeof value !== "string" || pattern.test(value) ? [] : [`${argument} must be ${shape}, got "${value}"`];
}

/**
 * Problem of an ARN's shape. A value that is not known yet is let through; AWS checks it.
 *
 * @param isShown false where somebody may have put the secret itself
 */
export function arnProblems(
  argument: string,
  value: pulumi.Input<string> | undefined,
  service: string,
  resource: RegExp,
  example: string,
  isShown = true,
): string[] {
  if (typeof value !== "string") return [];
  const m = /^arn:aws[a-z-]*:([a-z0-9-]+):[a-z0-9-]*:(?:\d{12})?:(.+)$/.exec(value);
  return m?.[1] === service && resource.test(m[2]!)
    ? []
    : [
        `${argument} must be an ARN like ${example}, got ${isShown ? `"${value}"` : `${value.length} other characters`}`,
      ];
}

/** Problem of a KMS key argument: an alias would be resolved in the caller's account, so only a key ARN will do. */
export function keyArnProblems(argument: string, value: pulumi.Input<string> | undefined): string[] {
  return arnProblems(argument, value, "kms", /^key\/[A-Za-z0-9-]+$/, "arn:aws:kms:<region>:<account>:key/<id>");
}

/**
 * Problem of an SNS topic argument. FIFO topics are none: S3 refuses them, and nobody can be mailed through them.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
export function topicArnProblems(argument: string, value: pulumi.Input<string> | undefined): string[] {
  const example = "arn:aws:sns:<region>:<account>:<name>, of a standard topic";
  return arnProblems(argument, value, "sns", /^[A-Za-z0-9_-]+$/, example);
}

/** Problem of a secret's ARN. Its value is not shown: it may be the secret itself, put there by mistake. */
export function secretArnProblems(argument: string, value: pulumi.Input<string> | undefined): string[] {
  const example = "arn:aws:secretsmanager:<region>:<account>:secret:<name>";
  return arnProblems(argument, value, "secretsmanager", /^secret:[\w/+=.@-]+$/, example, false);
}

/** Problem of a metric namespace. */
export function metricNamespaceProblems(namespace: string | undefined): string[] {
  return namespace === undefined || /^(?!AWS\/)[\w./#:-]{1,255}$/.test(namespace)
    ? []
    : [
        `metricNamespace must be 1-255 characters of A-Z, a-z, 0-9 and ._-/#: and not begin with AWS/, got "${namespace}"`,
      ];
}

/** Problems of principal ARN patterns. */
export function principalProblems(argument: string, patterns: readonly string[] | undefined): string[] {
  if (patterns === undefined) return [];
  if (patterns.length === 0) return [`${argument} must not be empty; leave it out for the deploying identity`];
  const problems = patterns.flatMap((pattern) => {
    if (!/^arn:aws[a-z*-]*:(?:iam|sts)::[\d*?]+:.+/.test(pattern)) {
      return [`${argument} must hold ARN patterns like arn:aws:iam::<account>:role/<name>, got "${pattern}"`];
    }
    return pattern.includes(":assumed-role/")
      ? [
          `${argument} must name roles, not their sessions, got "${pattern}"; IAM compares the role's ARN: ` +
            "write arn:aws:iam::<account>:role/<name>",
        ]
      : [];
  });
  const characters = JSON.stringify(patterns).length;
  if (characters > LIMITS.principalPatternCharacters) {
    problems.push(
      `${argument} must be at most ${LIMITS.principalPatternCharacters} characters together (IAM's trust policies end at 2048), ` +
        `got ${characters}; use a * in a pattern`,
    );
  }
  return problems;
}

/** Problems of a region argument. */
export function regionProblems(argument: string, region: string | undefined): string[] {
  if (region === undefined || REGION.test(region)) return [];
  return [`${argument} must be an AWS region like eu-west-1, got "${region}"`];
}

/** Problems of addresses for alerts. */
export function emailProblems(emails: readonly string[] | undefined): string[] {
  return (emails ?? []).flatMap((email, i) =>
    /^[^@\s]+@[^@\s]+$/.test(email) ? [] : [`alertEmails[${i}] must be an e-mail address, got "${email}"`],
  );
}

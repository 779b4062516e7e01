import { isA } from "../resourceTypes";
import { iso27001, type ResourceRule } from "../definition";

/**
 * Refuses long-lived IAM access keys: they do not expire, and their secret lies in the stack's state.
 *
 * Severity high. Unknown values play no part: the resource itself is the violation.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles
 */
export const awsIamAccessKeyForbidden: ResourceRule = {
  name: "aws-iam-access-key-forbidden",
  displayName: "No long-lived IAM access keys",
  description: "Workloads must use roles with temporary credentials, not IAM access keys.",
  severity: "high",
  framework: iso27001("A.5.17", "Authentication information"),
  tags: ["SOC2-CC6.1"],
  remediationSteps:
    "Remove the aws.iam.AccessKey. Give ECS tasks, Lambdas and instances a role; let people sign in through IAM Identity Center and CI through OpenID Connect.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles",
  judges: ["accessKey"],
  judgeResource: (resource, verdict) => {
    if (!isA("accessKey", resource.type)) return;
    verdict.violation(
      resource,
      `aws.iam.AccessKey "${resource.name}" is a long-lived access key; remove it and use a role instead.`,
    );
  },
};

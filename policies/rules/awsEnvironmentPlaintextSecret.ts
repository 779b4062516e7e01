import { ENVIRONMENT_CONCEPTS, environmentsOf } from "../environments";
import { iso27001, type ResourceRule } from "../definition";
import { saysSecret } from "../search/secretNames";
import { UNKNOWN } from "../unknowns";

/**
 * Refuses literal values under environment names that say secret (`DB_PASSWORD`, `apiKey`, `GITHUB_TOKEN`): in Lambda
 * functions, ECS tasks, CodeBuild projects, Batch jobs, App Runner services, Elastic Beanstalk environments, Amplify
 * apps, Glue jobs and Lightsail containers. The message names the variable, never the value.
 *
 * Severity high. A name that ends otherwise says where the secret is, not what (`*_ARN`, `*_FILE`, `*_NAME`, `*_ID`)
 * and passes, as do empty values, ARNs, absolute paths and dynamic references, and CodeBuild's variables of the types
 * that name a secret. A value from `config.requireSecret` is refused too: whoever may describe the resource reads it.
 * What is not known at preview is noted, and judged at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
 */
export const awsEnvironmentPlaintextSecret: ResourceRule = {
  name: "aws-environment-plaintext-secret",
  displayName: "No plaintext secrets in environments",
  description:
    "Environment variables of functions, tasks, builds, jobs and services must not hold secrets in plaintext.",
  severity: "high",
  framework: iso27001("A.5.17", "Authentication information"),
  tags: ["SOC2-CC6.1"],
  remediationSteps:
    "ECS, Batch, App Runner: move the variable to the container's secrets with the secret's ARN. CodeBuild: set its type to SECRETS_MANAGER. Elsewhere: pass the secret's ARN and read it at run time.",
  url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html",
  judges: ENVIRONMENT_CONCEPTS,
  options: {
    allowNames: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of variables to let through.",
    },
  },
  judgeResource: (resource, verdict, options) => {
    const allowed = new Set(options["allowNames"] as string[]);
    const { variables, unknownPaths } = environmentsOf(resource.type, resource.props);
    const secrets = variables.filter(({ name }) => saysSecret(name) && !allowed.has(name));
    for (const { path, value } of secrets) {
      if (isLiteralSecret(value)) {
        verdict.violation(
          resource,
          `"${resource.name}": ${path} holds a literal value; pass the secret by ARN (ECS: \`secrets\`, CodeBuild: type SECRETS_MANAGER, Lambda: read it at run time).`,
        );
      }
    }
    for (const path of [...unknownPaths, ...secrets.filter(({ value }) => value === UNKNOWN).map((one) => one.path)]) {
      verdict.unknown(
        resource,
        `"${resource.name}": ${path} is not known yet; it is judged at the update. Pass an ARN, not a secret.`,
      );
    }
  },
};

function isLiteralSecret(value: unknown): boolean {
  return typeof value === "string" && !/^\s*(?:$|arn:|\/|\{\{resolve:|(?:true|false)\s*$)/.test(value);
}

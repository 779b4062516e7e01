import { credentialsIn, type CredentialFinding } from "../credentialsIn";
import { iso27001, type JudgedResource, type ResourceRule } from "../definition";
import { ENVIRONMENT_CONCEPTS } from "../environments";
import { isA } from "../resourceTypes";
import { liesInSecret } from "../secretPaths";

/**
 * Arguments meant to hold a secret, in providers whose SDK does not declare them. What a SDK declares arrives as
 * `additionalSecretOutputs` and needs no entry here.
 */
const SECRET_ARGUMENTS: ReadonlySet<string> = new Set([
  "password",
  "passwordWo",
  "masterPassword",
  "masterPasswordWo",
  "masterUserPassword",
  "adminPassword",
  "secretString",
  "secretStringWo",
  "secretBinary",
  "secretKey",
  "privateKey",
  "authToken",
  "clientSecret",
]);

/**
 * Refuses credentials written into any property of any resource of any provider. The message names the path and the
 * kind, never the value.
 *
 * Severity critical. In a property meant for a secret (`password`, `secretString`, and names that say so) a value from
 * `config.requireSecret` passes, and a literal is a violation. Where that can't be told, the finding is advisory: in
 * arguments that the provider's SDK declares secret, since it marks literals too, and at the level `mandatory` of a
 * configuration file. Anywhere else a credential is a violation, secret or not: the value would be readable where it is
 * put. Variables of environments that only their name gives away are `aws-environment-plaintext-secret`'s. Unknown values
 * are searched at the update.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
 */
export const anyResourceHardcodedCredential: ResourceRule = {
  name: "any-resource-hardcoded-credential",
  displayName: "No hardcoded credentials",
  description:
    "No property of any resource may hold a credential: access keys, private keys, passwords in URLs, tokens.",
  severity: "critical",
  framework: iso27001("A.5.17", "Authentication information"),
  tags: ["SOC2-CC6.1"],
  remediationSteps:
    "Revoke the credential, put the new one into AWS Secrets Manager, and pass the secret's ARN; give AWS workloads a role instead of a key.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/hardcoded.html",
  judges: [],
  options: {
    allowPaths: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Findings to let through, each `<resource name>:<path>` exactly as the message writes them.",
    },
  },
  asksForSecrets: true,
  judgeResource: async (resource, verdict, options) => {
    const allowed = new Set(options["allowPaths"] as string[]);
    for (const finding of await credentialsIn(resource.props)) {
      const { path, kind } = finding;
      if (allowed.has(`${resource.name}:${path}`)) continue;
      const found = `"${resource.name}": ${path} holds ${withArticle(kind ?? "")}`;
      if (kind === undefined) {
        verdict.note(resource, `"${resource.name}": ${path} could not be read and was not searched for credentials.`);
      } else if (isAnothersFinding(resource, finding)) {
        continue;
      } else if (!isPlaceOfSecrets(resource, finding)) {
        verdict.violation(resource, `${found}; revoke it, store the new one in AWS Secrets Manager and pass its ARN.`);
      } else if (isSecret(resource, path) && !isMarkedBySdk(resource, finding)) {
        continue;
      } else if (resource.secretPaths === undefined || isSecret(resource, path)) {
        verdict.note(
          resource,
          `${found}; the property is meant for a secret, so make sure that it comes from config.requireSecret and not from the program.`,
        );
      } else {
        verdict.violation(
          resource,
          `${found} that is not marked secret; revoke it, and pass a new one from config.requireSecret or by the ARN of a secret.`,
        );
      }
    }
  },
};

/** Variables whose name alone says secret have a rule of their own: one mistake gives one violation. */
function isAnothersFinding({ type }: JudgedResource, { byName }: CredentialFinding): boolean {
  return byName && ENVIRONMENT_CONCEPTS.some((concept) => isA(concept, type));
}

function isSecret({ secretPaths }: JudgedResource, path: string): boolean {
  return secretPaths !== undefined && liesInSecret(path, secretPaths);
}

/**
 * The provider's SDK marks what it declares secret by itself, so that a literal and `config.requireSecret` arrive alike. What
 * only its name gives away is left alone there: every password of a database that is passed rightly would get a note.
 */
function isMarkedBySdk({ opts }: JudgedResource, { argument, byName }: CredentialFinding): boolean {
  return !byName && (opts.additionalSecretOutputs ?? []).includes(argument);
}

/** Where a secret may stand: in an argument made for one, or under a name that says so. */
function isPlaceOfSecrets({ opts }: JudgedResource, { argument, byName }: CredentialFinding): boolean {
  return byName || SECRET_ARGUMENTS.has(argument) || (opts.additionalSecretOutputs ?? []).includes(argument);
}

function withArticle(kind: string): string {
  return `${/^(?:[AEIO]|npm)/.test(kind) ? "an" : "a"} ${kind}`;
}

import type { ResourceValidationArgs } from "@pulumi/policy";
import { credentialKinds } from "../credentialShapes";
import { iso27001, note, type ResourceRule } from "../rule";
import { textsOf } from "../texts";

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
 * Severity critical. Validators receive secrets in plaintext and unmarked, so in an argument meant for a secret
 * (`password`, `secretString`, whatever the provider's SDK declares secret) a literal cannot be told from
 * `config.requireSecret`: there the finding is advisory. Anywhere else it is a violation, secret or not: the value
 * would be readable where it is put. Unknown values are searched at the update.
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
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      allowPaths: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Findings to let through, each `<resource name>:<path>` exactly as the message writes them.",
      },
    },
  },
  validateResource: async (args, report) => {
    const allowed = new Set(args.getConfig<{ allowPaths?: string[] }>().allowPaths ?? []);
    const meant = secretArguments(args);
    for await (const { path, argument, name, text } of textsOf(args.props)) {
      if (allowed.has(`${args.name}:${path}`)) continue;
      if (text === undefined) {
        note(report, `"${args.name}": ${path} could not be read and was not searched for credentials.`, args.urn);
        continue;
      }
      for (const kind of credentialKinds(text, name)) {
        if (meant.has(argument)) {
          note(
            report,
            `"${args.name}": ${path} holds ${withArticle(kind)}; the property is meant for a secret, so make sure that it comes from config.requireSecret and not from the program.`,
            args.urn,
          );
        } else {
          report(
            `"${args.name}": ${path} holds ${withArticle(kind)}; revoke it, store the new one in AWS Secrets Manager and pass its ARN.`,
          );
        }
      }
    }
  },
};

function secretArguments(args: ResourceValidationArgs): ReadonlySet<string> {
  return new Set([...SECRET_ARGUMENTS, ...(args.opts.additionalSecretOutputs ?? [])]);
}

function withArticle(kind: string): string {
  return `${/^(?:[AEIO]|npm)/.test(kind) ? "an" : "a"} ${kind}`;
}

import { at, isObject, listAt, UNKNOWN } from "../unknowns";
import { isA } from "../resourceTypes";
import { iso27001, note, type ResourceRule } from "../rule";

interface Variable {
  path: string;
  name: string;
  value: unknown;
}

const SECRET_NAME =
  /(?:^|_)(?:(?:PG|MYSQL_|DB_?)?(?:PASS|PASSWORD|PASSWD|PWD)|PASSPHRASE|SECRETS?|TOKEN|API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/;
/** The shell's own, not a secret. */
const NOT_A_SECRET: ReadonlySet<string> = new Set(["PWD", "OLDPWD"]);

/**
 * Refuses literal values under environment names that say secret (`DB_PASSWORD`, `apiKey`, `GITHUB_TOKEN`) in Lambda
 * functions and ECS task definitions. The message names the variable, never the value.
 *
 * Severity high. A name that ends otherwise says where the secret is, not what (`*_ARN`, `*_FILE`, `*_NAME`, `*_ID`)
 * and passes, as do empty values, ARNs, absolute paths and dynamic references. A value from `config.requireSecret` is
 * refused too: whoever may describe the function or task reads it. What is not known at preview is noted, and judged
 * at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
 */
export const awsEnvironmentPlaintextSecret: ResourceRule = {
  name: "aws-environment-plaintext-secret",
  displayName: "No plaintext secrets in environments",
  description: "Environment variables of Lambda functions and ECS containers must not hold secrets in plaintext.",
  severity: "high",
  framework: iso27001("A.5.17", "Authentication information"),
  tags: ["SOC2-CC6.1"],
  remediationSteps:
    "ECS: move the variable from `environment` to `secrets` with the secret's ARN in `valueFrom`. Lambda: pass the secret's ARN and read it at run time.",
  url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      allowNames: {
        type: "array",
        items: { type: "string" },
        default: [],
        description: "Names of variables to let through.",
      },
    },
  },
  validateResource: (args, report) => {
    const allowed = new Set(args.getConfig<{ allowNames?: string[] }>().allowNames ?? []);
    const notKnown = (path: string): void =>
      note(
        report,
        `"${args.name}": ${path} is not known yet; it is judged at the update. Pass an ARN, not a secret.`,
        args.urn,
      );
    const variables = variablesOf(args.type, args.props);
    if (typeof variables === "string") return notKnown(variables);
    for (const { path, name, value } of variables) {
      if (allowed.has(name) || !saysSecret(name)) continue;
      if (value === UNKNOWN) {
        notKnown(path);
      } else if (isLiteralSecret(value)) {
        report(
          `"${args.name}": ${path} holds a literal value; pass the secret by ARN (ECS: \`secrets\`, Lambda: read it at run time).`,
        );
      }
    }
  },
};

/** True for names that end in a word for a secret, in any case style. */
export function saysSecret(name: string): boolean {
  const upper = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-.]/g, "_")
    .toUpperCase();
  return SECRET_NAME.test(upper) && !NOT_A_SECRET.has(upper);
}

function isLiteralSecret(value: unknown): boolean {
  if (typeof value !== "string") return false;
  return value.trim() !== "" && !/^(?:arn:|\/|\{\{resolve:|true$|false$)/.test(value.trim());
}

/** The variables with what is known of them, or the path of the property that is not known as a whole. */
function variablesOf(type: string, props: object): Variable[] | string {
  if (isA("lambdaFunction", type)) {
    const variables = at(props, "environment", "variables");
    if (variables === UNKNOWN) return "environment.variables";
    if (!isObject(variables)) return [];
    return Object.keys(variables).map((name) => ({
      path: `environment.variables.${name}`,
      name,
      value: at(variables, name),
    }));
  }
  if (isA("ecsTaskDefinition", type)) return containerVariables(props);
  return [];
}

function containerVariables(props: object): Variable[] | string {
  const written = at(props, "containerDefinitions");
  if (written === UNKNOWN) return "containerDefinitions";
  const containers = typeof written === "string" ? parseList(written) : written;
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: unknown, index) => {
    const environment = listAt(container, "environment");
    // Within a list only the native provider's objects can be unknown in part; a name that is not known says nothing.
    return (environment === UNKNOWN ? [] : environment).map((variable) => {
      const name = at(variable, "name");
      const shown = typeof name === "string" ? name : "";
      return { path: `containerDefinitions[${index}].environment.${shown}`, name: shown, value: at(variable, "value") };
    });
  });
}

/** Text that is not JSON has no variables; the provider refuses it with its own words. */
function parseList(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

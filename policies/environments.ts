import { jsonValue } from "./jsonTexts";
import { isA, type ResourceConcept } from "./resourceTypes";
import { at, isObject, UNKNOWN } from "./unknowns";

/** One variable of an environment; its value may be unknown. */
export interface Variable {
  /** `containerDefinitions[0].environment.DB_PASSWORD`. */
  path: string;
  name: string;
  value: unknown;
}

/** What is known of a resource's environments. */
export interface Environments {
  variables: Variable[];
  /** Paths of which nothing is known yet. */
  unknownPaths: string[];
}

/** Each item of a list. */
const EACH = "*";
const CONTAINER_LISTS = ["containers", "initContainers"];
const EKS = CONTAINER_LISTS.flatMap((list) =>
  ["envs", "env"].map((environment) => ["eksProperties", "podProperties", list, EACH, environment]),
);
const ECS = ["ecsProperties", "taskProperties", EACH, "containers", EACH, "environment"];
const NODE = ["nodeProperties", "nodeRangeProperties", EACH];

/**
 * Where environments lie: maps of names and values, or lists of both. A step may lead through a text of JSON, as the
 * classic provider takes containers. Both providers' names stand side by side.
 */
const PLACES: Partial<Record<ResourceConcept, readonly (readonly string[])[]>> = {
  lambdaFunction: [["environment", "variables"]],
  ecsTaskDefinition: [["containerDefinitions", EACH, "environment"]],
  codeBuildProject: [["environment", "environmentVariables"]],
  batchJobDefinition: [
    ["containerProperties", "environment"],
    ECS,
    ...EKS,
    [...NODE, "container", "environment"],
    [...NODE, ...ECS],
    ...EKS.map((path) => [...NODE, ...path]),
  ],
  appRunnerService: [
    ["sourceConfiguration", "imageRepository", "imageConfiguration", "runtimeEnvironmentVariables"],
    [
      "sourceConfiguration",
      "codeRepository",
      "codeConfiguration",
      "codeConfigurationValues",
      "runtimeEnvironmentVariables",
    ],
  ],
  beanstalkEnvironment: [["settings"], ["optionSettings"]],
  amplifyApp: [["environmentVariables"], ["autoBranchCreationConfig", "environmentVariables"]],
  glueJob: [["defaultArguments"], ["nonOverridableArguments"]],
  lightsailContainer: [
    ["containers", EACH, "environment"],
    ["containerServiceDeployment", "containers", EACH, "environment"],
  ],
};

/** The kinds of resource that have environments. */
export const ENVIRONMENT_CONCEPTS = Object.keys(PLACES) as ResourceConcept[];

/** Beanstalk keeps every setting of an environment in one list; these are the variables. */
const VARIABLES_NAMESPACE = "aws:elasticbeanstalk:application:environment";
/** CodeBuild's variables that name a secret and do not hold it. */
const REFERENCE_TYPES: readonly unknown[] = ["PARAMETER_STORE", "SECRETS_MANAGER"];
const NAMES = ["name", "optionName", "variable"] as const;

/** Every variable of a resource's environments, in the order of the table, with what is not known of them. */
export function environmentsOf(type: string, props: object): Environments {
  const found: Environments = { variables: [], unknownPaths: [] };
  for (const concept of ENVIRONMENT_CONCEPTS) {
    if (isA(concept, type)) for (const place of PLACES[concept] ?? []) collect(props, place, "", found);
  }
  // Two places may begin alike, and what is not known is not known for both.
  return { ...found, unknownPaths: [...new Set(found.unknownPaths)] };
}

function collect(value: unknown, place: readonly string[], path: string, found: Environments): void {
  if (value === UNKNOWN) return void found.unknownPaths.push(path);
  const holder = jsonValue(value);
  if (!isObject(holder)) return;
  const [step, ...rest] = place;
  if (step === undefined) found.variables.push(...variablesIn(holder, path));
  else if (step === EACH) {
    // Containers come as a list, and where there is one only, as that one.
    const items = Array.isArray(holder) ? Object.keys(holder).map(Number) : undefined;
    if (items === undefined) collect(holder, rest, path, found);
    else for (const index of items) collect(at(holder, index), rest, `${path}[${index}]`, found);
  } else collect(at(holder, step), rest, path === "" ? step : `${path}.${step}`, found);
}

function variablesIn(environment: object, path: string): Variable[] {
  if (!Array.isArray(environment)) {
    return Object.keys(environment).map((name) => ({
      path: `${path}.${name}`,
      // Glue's arguments carry the marks of a command line.
      name: name.replace(/^--/, ""),
      value: at(environment, name),
    }));
  }
  return environment.flatMap((variable: unknown) => {
    const name = NAMES.map((key) => at(variable, key)).find((known) => typeof known === "string");
    // A name that is not known says nothing.
    if (typeof name !== "string" || isReference(variable)) return [];
    return { path: `${path}.${name}`, name, value: at(variable, "value") };
  });
}

/** A setting that is no variable, or a variable that names its secret. */
function isReference(variable: unknown): boolean {
  const namespace = at(variable, "namespace");
  return (
    (namespace !== undefined && namespace !== UNKNOWN && namespace !== VARIABLES_NAMESPACE) ||
    REFERENCE_TYPES.includes(at(variable, "type"))
  );
}

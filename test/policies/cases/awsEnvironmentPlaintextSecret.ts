import { awsEnvironmentPlaintextSecret } from "../../../policies/rules/awsEnvironmentPlaintextSecret";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";

type Variables = Record<string, unknown>;
const refused = (path: string): string =>
  `"r": ${path} holds a literal value; pass the secret by ARN (ECS: \`secrets\`, CodeBuild: type SECRETS_MANAGER, Lambda: read it at run time).`;
const later = (path: string): string =>
  `note: "r": ${path} is not known yet; it is judged at the update. Pass an ARN, not a secret.`;

const one = (type: string, props: object): Written[] => [{ type, name: "r", props }];
const list = (variables: Variables) => Object.entries(variables).map(([name, value]) => ({ name, value }));
const lambda = (variables: unknown): Written[] => one("aws:lambda/function:Function", { environment: { variables } });
const task = (containerDefinitions: unknown): Written[] =>
  one("aws:ecs/taskDefinition:TaskDefinition", { containerDefinitions });
const build = (environmentVariables: unknown): Written[] =>
  one("aws:codebuild/project:Project", { environment: { environmentVariables } });
const beanstalk = (settings: unknown): Written[] => one("aws:elasticbeanstalk/environment:Environment", { settings });
const NAMESPACE = "aws:elasticbeanstalk:application:environment";

/** Each place where an environment lies, as each provider writes it. */
const places: [type: string, path: string, write: (variables: Variables) => object][] = [
  ["aws:lambda/function:Function", "environment.variables", (v) => ({ environment: { variables: v } })],
  ["aws-native:lambda:Function", "environment.variables", (v) => ({ environment: { variables: v } })],
  [
    "aws:ecs/taskDefinition:TaskDefinition",
    "containerDefinitions[0].environment",
    (v) => ({ containerDefinitions: JSON.stringify([{ environment: list(v) }]) }),
  ],
  [
    "aws-native:ecs:TaskDefinition",
    "containerDefinitions[1].environment",
    (v) => ({ containerDefinitions: [{ name: "a" }, { environment: list(v) }] }),
  ],
  ...["aws:codebuild/project:Project", "aws-native:codebuild:Project"].map((type): (typeof places)[number] => [
    type,
    "environment.environmentVariables",
    (v) => ({ environment: { environmentVariables: list(v) } }),
  ]),
  [
    "aws:batch/jobDefinition:JobDefinition",
    "containerProperties.environment",
    (v) => ({ containerProperties: JSON.stringify({ environment: list(v) }) }),
  ],
  [
    "aws:batch/jobDefinition:JobDefinition",
    "ecsProperties.taskProperties[0].containers[0].environment",
    (v) => ({ ecsProperties: JSON.stringify({ taskProperties: [{ containers: [{ environment: list(v) }] }] }) }),
  ],
  [
    "aws:batch/jobDefinition:JobDefinition",
    "eksProperties.podProperties.containers[0].envs",
    (v) => ({ eksProperties: { podProperties: { containers: [{ envs: list(v) }] } } }),
  ],
  [
    "aws:batch/jobDefinition:JobDefinition",
    "nodeProperties.nodeRangeProperties[0].container.environment",
    (v) => ({ nodeProperties: JSON.stringify({ nodeRangeProperties: [{ container: { environment: list(v) } }] }) }),
  ],
  [
    "aws-native:batch:JobDefinition",
    "eksProperties.podProperties.initContainers[0].env",
    (v) => ({ eksProperties: { podProperties: { initContainers: [{ env: list(v) }] } } }),
  ],
  [
    "aws:apprunner/service:Service",
    "sourceConfiguration.imageRepository.imageConfiguration.runtimeEnvironmentVariables",
    (v) => ({ sourceConfiguration: { imageRepository: { imageConfiguration: { runtimeEnvironmentVariables: v } } } }),
  ],
  [
    "aws-native:apprunner:Service",
    "sourceConfiguration.codeRepository.codeConfiguration.codeConfigurationValues.runtimeEnvironmentVariables",
    (v) => ({
      sourceConfiguration: {
        codeRepository: {
          codeConfiguration: { codeConfigurationValues: { runtimeEnvironmentVariables: list(v) } },
        },
      },
    }),
  ],
  ...["Environment", "ConfigurationTemplate"].flatMap((kind): typeof places => [
    [
      `aws:elasticbeanstalk/${kind[0]!.toLowerCase()}${kind.slice(1)}:${kind}`,
      "settings",
      (v) => ({ settings: list(v).map((setting) => ({ ...setting, namespace: NAMESPACE })) }),
    ],
    [
      `aws-native:elasticbeanstalk:${kind}`,
      "optionSettings",
      (v) => ({
        optionSettings: list(v).map(({ name, value }) => ({ optionName: name, value, namespace: NAMESPACE })),
      }),
    ],
  ]),
  ...["app:App", "branch:Branch"].flatMap((kind): typeof places => [
    [`aws:amplify/${kind}`, "environmentVariables", (v) => ({ environmentVariables: v })],
    [`aws-native:amplify:${kind.split(":")[1]}`, "environmentVariables", (v) => ({ environmentVariables: list(v) })],
  ]),
  [
    "aws:amplify/app:App",
    "autoBranchCreationConfig.environmentVariables",
    (v) => ({ autoBranchCreationConfig: { environmentVariables: v } }),
  ],
  ["aws:glue/job:Job", "defaultArguments", (v) => ({ defaultArguments: v })],
  ["aws-native:glue:Job", "nonOverridableArguments", (v) => ({ nonOverridableArguments: JSON.stringify(v) })],
  [
    "aws:lightsail/containerServiceDeploymentVersion:ContainerServiceDeploymentVersion",
    "containers[0].environment",
    (v) => ({ containers: [{ environment: v }] }),
  ],
  [
    "aws-native:lightsail:Container",
    "containerServiceDeployment.containers[0].environment",
    (v) => ({
      containerServiceDeployment: {
        containers: [{ environment: list(v).map(({ name, value }) => ({ variable: name, value })) }],
      },
    }),
  ],
];
const spelling = ([type, path, write]: (typeof places)[number]): RuleCase[] => [
  {
    name: `passes with an ARN in ${path} of ${type}`,
    stack: one(type, write({ LOG_LEVEL: "info", DB_PASSWORD: "arn:aws:secretsmanager:eu-west-1:1:secret:x" })),
    expect: [],
  },
  {
    name: `fails with a literal in ${path} of ${type}`,
    stack: one(type, write({ LOG_LEVEL: "info", DB_PASSWORD: "hunter2" })),
    expect: [refused(`${path}.DB_PASSWORD`)],
  },
];

export const cases: RuleCases = {
  rule: awsEnvironmentPlaintextSecret,
  compliant: [
    {
      name: "other names, references and empty values pass",
      stack: lambda({
        LOG_LEVEL: "info",
        DB_PASSWORD_ARN: "anything",
        DB_PASSWORD: "arn:aws:secretsmanager:eu-west-1:1:secret:x",
        API_KEY: "/shop/api-key",
        TOKEN: "{{resolve:secretsmanager:x}}",
        SECRET: " ",
        USE_TOKEN: "true",
        KEEP_SECRETS: "false",
        ACCESS_TOKEN: 3600,
      }),
      expect: [],
    },
    {
      name: "CodeBuild's variables that name a secret pass",
      stack: build([
        { name: "DB_PASSWORD", value: "shop/db:password", type: "SECRETS_MANAGER" },
        { name: "API_TOKEN", value: "shop-token", type: "PARAMETER_STORE" },
      ]),
      expect: [],
    },
    {
      name: "Beanstalk's other settings pass",
      stack: beanstalk([{ namespace: "aws:rds:dbinstance", name: "DBPassword", value: "known elsewhere" }]),
      expect: [],
    },
    {
      name: "resources without an environment, other resources and malformed JSON pass",
      stack: [
        ...one("aws:lambda/function:Function", {}),
        ...one("aws:s3/bucket:Bucket", { environment: { variables: { DB_PASSWORD: "x" } } }),
        ...task("[not json"),
        ...task('[{"name":"app"}, null, 3, {"environment":[null, {"value":"x"}, "y"]}]'),
      ],
      expect: [],
    },
  ],
  violations: [
    { name: "fails with a literal", stack: lambda({ apiKey: "x" }), expect: [refused("environment.variables.apiKey")] },
    {
      name: "fails with words before a reference",
      stack: lambda({ DB_PASSWORD: "is arn:aws:x" }),
      expect: [refused("environment.variables.DB_PASSWORD")],
    },
    {
      name: "fails with CodeBuild's plaintext, written out or not",
      stack: build([
        { name: "A_TOKEN", value: "x", type: "PLAINTEXT" },
        { name: "B_TOKEN", value: "x" },
      ]),
      expect: ["A_TOKEN", "B_TOKEN"].map((name) => refused(`environment.environmentVariables.${name}`)),
    },
    {
      name: "fails with Glue's arguments, whose names carry dashes",
      stack: one("aws:glue/job:Job", { defaultArguments: { "--db_password": "x", "--TempDir": "s3://x" } }),
      expect: [refused("defaultArguments.--db_password")],
    },
  ],
  spellings: places.flatMap(spelling),
  unknowns: [
    {
      name: "fails with a known one, and values that are not known are noted",
      stack: lambda({ DB_PASSWORD: UNKNOWN_TEXT, API_KEY: "x", HOST: UNKNOWN_TEXT }),
      expect: [refused("environment.variables.API_KEY"), later("environment.variables.DB_PASSWORD")],
    },
    {
      name: "an environment is noted as a whole",
      stack: lambda(UNKNOWN_TEXT),
      expect: [later("environment.variables")],
    },
    { name: "containers are noted as a whole", stack: task(UNKNOWN_TEXT), expect: [later("containerDefinitions")] },
    {
      name: "what two places share is noted once",
      stack: one("aws:batch/jobDefinition:JobDefinition", { nodeProperties: UNKNOWN_TEXT }),
      expect: [later("nodeProperties")],
    },
    {
      name: "a Beanstalk setting whose namespace is not known may be a variable",
      stack: beanstalk([{ namespace: UNKNOWN_TEXT, name: "API_TOKEN", value: "x" }]),
      expect: [refused("settings.API_TOKEN")],
    },
    {
      name: "a name that is not known says nothing",
      stack: build([{ name: UNKNOWN_TEXT, value: "x" }]),
      expect: [],
    },
  ],
  secrets: [
    {
      name: "fails with a secret: whoever may describe the function reads it",
      stack: lambda({ API_KEY: secret("tr0ub4dor-and-3") }),
      expect: [refused("environment.variables.API_KEY")],
    },
  ],
  others: [
    {
      name: "a variable on the allow list passes, and no other",
      stack: lambda({ DB_PASSWORD: "x", API_TOKEN: "x", CI_TOKEN: UNKNOWN_TEXT }),
      config: { allowNames: ["DB_PASSWORD", "CI_TOKEN"] },
      expect: [refused("environment.variables.API_TOKEN")],
    },
  ],
};

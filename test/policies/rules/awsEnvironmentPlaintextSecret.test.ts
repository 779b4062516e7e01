import {
  awsEnvironmentPlaintextSecret as rule,
  saysSecret,
} from "../../../policies/rules/awsEnvironmentPlaintextSecret";
import { judgeResource, UNKNOWN_TEXT, type Written } from "../harness";

const FIX = "holds a literal value; pass the secret by ARN (ECS: `secrets`, Lambda: read it at run time).";
const LATER = "is not known yet; it is judged at the update. Pass an ARN, not a secret.";

type Variables = Record<string, unknown>;
const list = (variables: Variables) => Object.entries(variables).map(([name, value]) => ({ name, value }));
const lambda = (variables: unknown, type = "aws:lambda/function:Function"): Written => ({
  type,
  name: "f",
  props: { environment: { variables } },
});
const task = (
  variables: Variables,
  written: (value: unknown) => unknown,
  type = "aws:ecs/taskDefinition:TaskDefinition",
): Written => ({
  type,
  name: "t",
  props: { containerDefinitions: written([{ name: "app", environment: list(variables) }]) },
});
const asIs = (value: unknown): unknown => value;

const spellings: [string, string, (variables: Variables) => Written, string][] = [
  ["aws.lambda.Function", "f", (v) => lambda(v), "environment.variables."],
  ["aws-native.lambda.Function", "f", (v) => lambda(v, "aws-native:lambda:Function"), "environment.variables."],
  ["aws.ecs.TaskDefinition", "t", (v) => task(v, JSON.stringify), "containerDefinitions[0].environment."],
  [
    "aws-native.ecs.TaskDefinition",
    "t",
    (v) => task(v, asIs, "aws-native:ecs:TaskDefinition"),
    "containerDefinitions[0].environment.",
  ],
];

describe.each(spellings)("%s", (_type, name, write, path) => {
  test("fails when a variable with a secret's name has a literal value", async () => {
    expect(await judgeResource(rule, write({ LOG_LEVEL: "info", DB_PASSWORD: "hunter2" }))).toEqual([
      `"${name}": ${path}DB_PASSWORD ${FIX}`,
    ]);
  });

  test("lets other names, references and empty values through", async () => {
    const variables = {
      LOG_LEVEL: "info",
      DB_PASSWORD_ARN: "anything",
      DB_PASSWORD: "arn:aws:secretsmanager:eu-west-1:1:secret:x",
      API_KEY: "/shop/api-key",
      TOKEN: "{{resolve:secretsmanager:x}}",
      SECRET: "",
    };
    expect(await judgeResource(rule, write(variables))).toEqual([]);
  });

  test("a variable on the allow list passes", async () => {
    expect(await judgeResource(rule, write({ DB_PASSWORD: "x" }), { allowNames: ["DB_PASSWORD"] })).toEqual([]);
  });
});

test("never shows the value", async () => {
  expect((await judgeResource(rule, lambda({ API_KEY: "tr0ub4dor" }))).join()).not.toContain("tr0ub4dor");
});

describe("values not known yet", () => {
  test("are noted one by one, and do not hide a known one", async () => {
    expect(await judgeResource(rule, lambda({ DB_PASSWORD: UNKNOWN_TEXT, API_KEY: "x", HOST: UNKNOWN_TEXT }))).toEqual([
      `note: "f": environment.variables.DB_PASSWORD ${LATER}`,
      `"f": environment.variables.API_KEY ${FIX}`,
    ]);
  });

  test("are noted as a whole", async () => {
    expect(await judgeResource(rule, lambda(UNKNOWN_TEXT))).toEqual([`note: "f": environment.variables ${LATER}`]);
    expect(
      await judgeResource(
        rule,
        task({}, () => UNKNOWN_TEXT),
      ),
    ).toEqual([`note: "t": containerDefinitions ${LATER}`]);
  });
});

test("resources without an environment, other resources and malformed JSON pass", async () => {
  expect(await judgeResource(rule, { type: "aws:lambda/function:Function", name: "f", props: {} })).toEqual([]);
  expect(
    await judgeResource(
      rule,
      task({}, () => "[not json"),
    ),
  ).toEqual([]);
  expect(
    await judgeResource(
      rule,
      task({}, () => '[{"name":"app"}, null]'),
    ),
  ).toEqual([]);
  expect(await judgeResource(rule, { ...lambda({ DB_PASSWORD: "x" }), type: "aws:s3/bucket:Bucket" })).toEqual([]);
});

test.each([
  "PASSWORD",
  "DB_PASSWORD",
  "dbPassword",
  "db-password",
  "PGPASSWORD",
  "MYSQL_PWD",
  "DBPASS",
  "SECRET",
  "CLIENT_SECRET",
  "TOKEN",
  "githubToken",
  "API_KEY",
  "APIKEY",
  "apiKey",
  "AWS_SECRET_ACCESS_KEY",
  "PRIVATE_KEY",
  "DB_CREDENTIALS",
])("%s says secret", (name) => {
  expect(saysSecret(name)).toBe(true);
});

test.each([
  "PWD",
  "OLDPWD",
  "DB_PASSWORD_ARN",
  "DB_PASSWORD_FILE",
  "SECRET_NAME",
  "AWS_ACCESS_KEY_ID",
  "TOKEN_TTL_SECONDS",
  "PASSWORD_MIN_LENGTH",
  "MAX_TOKENS",
  "COMPASS",
  "BYPASS",
  "PASSENGER",
  "KEY",
  "SECRETARY",
  "passwordFile",
  "",
])("%s does not say secret", (name) => {
  expect(saysSecret(name)).toBe(false);
});

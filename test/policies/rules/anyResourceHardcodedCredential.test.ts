import { asset } from "@pulumi/pulumi";
import { anyResourceHardcodedCredential as rule } from "../../../policies/rules/anyResourceHardcodedCredential";
import { judgeResource, leaked, UNKNOWN_TEXT, type Written } from "../harness";

const FIX = "revoke it, store the new one in AWS Secrets Manager and pass its ARN.";

function bucket(props: object): Written {
  return { type: "aws:s3/bucket:Bucket", name: "docs", props };
}

test("lets a resource without credentials through", async () => {
  const props = {
    bucket: "docs",
    tags: {
      Owner: "platform",
      Sample: leaked.sampleAccessKeyId,
      Secret: "arn:aws:secretsmanager:eu-west-1:1:secret:x",
    },
    policy: JSON.stringify({ Statement: [{ Resource: "arn:aws:s3:::docs/*" }] }),
  };
  expect(await judgeResource(rule, bucket(props))).toEqual([]);
});

describe("fails when a credential is written into", () => {
  test.each([
    ["a tag", { tags: { Note: leaked.accessKeyId } }, `tags.Note holds an AWS access key id`],
    [
      "a nested list",
      { rules: [{ filter: { prefix: leaked.github } }] },
      `rules[0].filter.prefix holds a GitHub token`,
    ],
    ["JSON text", { policy: JSON.stringify({ a: [leaked.slack] }) }, `policy|json.a[0] holds a Slack token`],
    [
      "base64",
      { userData: Buffer.from(`key: ${leaked.stripe}\n${"-".repeat(40)}\n`).toString("base64") },
      `userData|base64 holds a Stripe key`,
    ],
    [
      "a connection URL",
      { environment: { variables: { DATABASE: leaked.url } } },
      `environment.variables.DATABASE holds a password in a URL`,
    ],
    [
      "a variable with its name beside it",
      { environment: [{ name: "AWS_SECRET_ACCESS_KEY", value: leaked.secretKey }] },
      `environment[0].value holds an AWS secret access key`,
    ],
    [
      "an inline asset",
      { code: new asset.AssetArchive({ "key.pem": new asset.StringAsset(leaked.privateKey) }) },
      `code|asset/key.pem holds a private key`,
    ],
    ["a map's key", { tags: { [leaked.npm]: "x" } }, `tags.<redacted> (the name itself) holds an npm token`],
  ])("%s", async (_where, props, finding) => {
    expect(await judgeResource(rule, bucket(props))).toEqual([`"docs": ${finding}; ${FIX}`]);
  });
});

test("names every finding and never a value", async () => {
  const reports = await judgeResource(rule, bucket({ ...leaked, sampleAccessKeyId: "" }));
  expect(reports).toHaveLength(Object.keys(leaked).length - 1);
  for (const value of Object.values(leaked)) {
    for (const report of reports) expect(report).not.toContain(value);
  }
});

test("fails for any provider, a provider's own configuration included", async () => {
  const provider = { type: "pulumi:providers:aws", name: "other", props: { accessKey: leaked.accessKeyId } };
  const monitor = { type: "datadog:index/monitor:Monitor", name: "m", props: { message: leaked.slack } };
  expect(await judgeResource(rule, provider)).toEqual([`"other": accessKey holds an AWS access key id; ${FIX}`]);
  expect(await judgeResource(rule, monitor)).toEqual([`"m": message holds a Slack token; ${FIX}`]);
});

describe("an argument meant for a secret", () => {
  const advice =
    "the property is meant for a secret, so make sure that it comes from config.requireSecret and not from the program.";

  test("is advisory by its name", async () => {
    expect(await judgeResource(rule, { type: "x:y:Z", name: "db", props: { password: leaked.github } })).toEqual([
      `note: "db": password holds a GitHub token; ${advice}`,
    ]);
  });

  test("is advisory when the SDK declares it, with all that lies in it", async () => {
    const written = {
      type: "aws:ssm/parameter:Parameter",
      name: "p",
      props: { value: JSON.stringify({ url: leaked.url }) },
      additionalSecretOutputs: ["value"],
    };
    expect(await judgeResource(rule, written)).toEqual([
      `note: "p": value|json.url holds a password in a URL; ${advice}`,
    ]);
  });

  test("does not lend its name to a variable further down", async () => {
    const props = { environment: { variables: { password: leaked.github } } };
    expect(await judgeResource(rule, bucket(props))).toEqual([
      `"docs": environment.variables.password holds a GitHub token; ${FIX}`,
    ]);
  });
});

test("an unknown value neither hides nor excuses what is known", async () => {
  const props = { bucket: UNKNOWN_TEXT, tags: { A: UNKNOWN_TEXT, B: leaked.accessKeyId } };
  expect(await judgeResource(rule, bucket(props))).toEqual([`"docs": tags.B holds an AWS access key id; ${FIX}`]);
});

test("a path on the allow list passes, on that resource alone", async () => {
  const config = { allowPaths: ["docs:tags.Note"] };
  const props = { tags: { Note: leaked.accessKeyId } };
  expect(await judgeResource(rule, bucket(props), config)).toEqual([]);
  expect(await judgeResource(rule, { ...bucket(props), name: "other" }, config)).toHaveLength(1);
});

test("a property that throws is noted and does not stop the search", async () => {
  const props = {
    get broken(): string {
      throw new Error("no");
    },
    other: leaked.github,
  };
  expect(await judgeResource(rule, bucket(props))).toEqual([
    'note: "docs": broken could not be read and was not searched for credentials.',
    `"docs": other holds a GitHub token; ${FIX}`,
  ]);
});

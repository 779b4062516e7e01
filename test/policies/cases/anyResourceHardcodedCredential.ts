import { asset } from "@pulumi/pulumi";
import { anyResourceHardcodedCredential } from "../../../policies/rules/anyResourceHardcodedCredential";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import { leaked } from "../leaked";
import type { RuleCase, RuleCases } from "../ruleCases";

const FIX = "revoke it, store the new one in AWS Secrets Manager and pass its ARN.";
const MARK =
  "that is not marked secret; revoke it, and pass a new one from config.requireSecret or by the ARN of a secret.";
const PASSWORD = ["tr0ub", "4dor&", "horse9"].join("");

function bucket(props: object): Written {
  return { type: "aws:s3/bucket:Bucket", name: "docs", props };
}

function fails(name: string, props: object, finding: string): RuleCase {
  return { name: `fails with ${name}`, stack: [bucket(props)], expect: [`"docs": ${finding}; ${FIX}`] };
}

export const cases: RuleCases = {
  rule: anyResourceHardcodedCredential,
  compliant: [
    {
      name: "passes without credentials",
      stack: [
        bucket({
          bucket: "docs",
          tags: {
            Owner: "platform",
            Sample: leaked.sampleAccessKeyId,
            Secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
          },
          policy: JSON.stringify({ Statement: [{ Resource: "arn:aws:s3:::docs/*" }] }),
        }),
      ],
      expect: [],
    },
  ],
  violations: [
    fails("one in a tag", { tags: { Note: leaked.accessKeyId } }, "tags.Note holds an AWS access key id"),
    fails(
      "one in a nested list",
      { rules: [{ filter: { prefix: leaked.github } }] },
      "rules[0].filter.prefix holds a GitHub token",
    ),
    fails(
      "one in JSON text",
      { policy: JSON.stringify({ a: [leaked.slack] }) },
      "policy|json.a[0] holds a Slack token",
    ),
    fails(
      "one in base64",
      { userData: Buffer.from(`key: ${leaked.stripe}\n${"-".repeat(40)}\n`).toString("base64") },
      "userData|base64 holds a Stripe key",
    ),
    fails(
      "one in a connection URL",
      { environment: { variables: { DATABASE: leaked.url } } },
      "environment.variables.DATABASE holds a password in a URL",
    ),
    fails(
      "one whose name stands beside it",
      { environment: [{ name: "AWS_SECRET_ACCESS_KEY", value: leaked.secretKey }] },
      "environment[0].value holds an AWS secret access key",
    ),
    fails(
      "one in an inline asset",
      { code: new asset.AssetArchive({ "key.pem": new asset.StringAsset(leaked.privateKey) }) },
      "code|asset/key.pem holds a private key",
    ),
    fails(
      "one as a map's key",
      { tags: { [leaked.npm]: "x" } },
      "tags.<redacted> (the name itself) holds an npm token",
    ),
    {
      name: "fails with a literal in a property meant for a secret",
      stack: [{ type: "aws:rds/instance:Instance", name: "db", props: { password: PASSWORD } }],
      expect: [`"db": password holds a password ${MARK}`],
    },
    {
      name: "fails with a token in a property meant for a secret",
      stack: [{ type: "x:y:Z", name: "db", props: { authToken: leaked.github } }],
      expect: [`"db": authToken holds a GitHub token ${MARK}`],
    },
    {
      name: "fails with a literal under a name that says secret, on any resource",
      stack: [bucket({ settings: { adminPassword: PASSWORD } })],
      expect: [`"docs": settings.adminPassword holds a password ${MARK}`],
    },
  ],
  spellings: [
    {
      name: "fails for any provider, a provider's own configuration included",
      stack: [
        { type: "pulumi:providers:aws", name: "other", props: { accessKey: leaked.accessKeyId } },
        { type: "datadog:index/monitor:Monitor", name: "m", props: { message: leaked.slack } },
        { type: "aws-native:s3:Bucket", name: "n", props: { tags: [{ key: "K", value: leaked.npm }] } },
      ],
      expect: [
        `"other": accessKey holds an AWS access key id; ${FIX}`,
        `"m": message holds a Slack token; ${FIX}`,
        `"n": tags[0].value holds an npm token; ${FIX}`,
      ],
    },
  ],
  unknowns: [
    {
      name: "neither hide nor excuse what is known",
      stack: [bucket({ bucket: UNKNOWN_TEXT, tags: { A: UNKNOWN_TEXT, B: leaked.accessKeyId } })],
      expect: [`"docs": tags.B holds an AWS access key id; ${FIX}`],
    },
    {
      name: "pass in a property meant for a secret",
      stack: [{ type: "aws:rds/instance:Instance", name: "db", props: { password: UNKNOWN_TEXT } }],
      expect: [],
    },
  ],
  secrets: [
    {
      name: "pass in a property meant for a secret",
      stack: [
        { type: "aws:rds/instance:Instance", name: "db", props: { password: secret(PASSWORD) } },
        {
          type: "aws:secretsmanager/secretVersion:SecretVersion",
          name: "v",
          props: { secretString: secret(JSON.stringify({ url: leaked.url })) },
        },
      ],
      expect: [],
    },
    {
      name: "are advisory where the SDK declares the argument secret and marks literals too, with all that lies in it",
      stack: [
        {
          type: "aws:ssm/parameter:Parameter",
          name: "p",
          props: { value: secret(JSON.stringify({ url: leaked.url })) },
          additionalSecretOutputs: ["value"],
        },
      ],
      expect: [
        'note: "p": value|json.url holds a password in a URL; the property is meant for a secret, so make sure that it comes from config.requireSecret and not from the program.',
      ],
    },
    {
      name: "pass there where nothing but the name gives them away",
      stack: [
        {
          type: "aws:rds/instance:Instance",
          name: "db",
          props: { password: secret(PASSWORD) },
          additionalSecretOutputs: ["password"],
        },
      ],
      expect: [],
    },
    {
      name: "pass under a name that says secret",
      stack: [bucket({ settings: { adminPassword: secret(PASSWORD) } })],
      expect: [],
    },
    {
      name: "fail in any other place: the cloud would show them",
      stack: [bucket({ tags: { Note: secret(leaked.github) } })],
      expect: [`"docs": tags.Note holds a GitHub token; ${FIX}`],
    },
    {
      name: "do not excuse a literal beside them",
      stack: [{ type: "x:y:Z", name: "db", props: { password: secret(PASSWORD), authToken: leaked.github } }],
      expect: [`"db": authToken holds a GitHub token ${MARK}`],
    },
  ],
  others: [
    {
      name: "a literal where the SDK declares the argument secret fails",
      stack: [
        {
          type: "aws:ssm/parameter:Parameter",
          name: "p",
          props: { value: leaked.url },
          additionalSecretOutputs: ["value"],
        },
      ],
      expect: [`"p": value holds a password in a URL ${MARK}`],
    },
    {
      name: "where nothing tells a secret from a literal, a property meant for one is advisory, and any other fails",
      stack: [{ ...bucket({ password: secret(PASSWORD), tags: { Note: secret(leaked.npm) } }), name: "db" }],
      unmarked: true,
      expect: [
        'note: "db": password holds a password; the property is meant for a secret, so make sure that it comes from config.requireSecret and not from the program.',
        `"db": tags.Note holds an npm token; ${FIX}`,
      ],
    },
    {
      name: "an argument's name is not lent to a variable further down",
      stack: [bucket({ environment: { variables: { password: leaked.github } } })],
      expect: [`"docs": environment.variables.password holds a GitHub token; ${FIX}`],
    },
    {
      name: "a variable that only its name gives away is left to the rule for environments, one with a shape is not",
      stack: [
        {
          type: "aws:lambda/function:Function",
          name: "f",
          props: { environment: { variables: { DB_PASSWORD: PASSWORD, NOTE: leaked.npm } } },
        },
      ],
      expect: [`"f": environment.variables.NOTE holds an npm token; ${FIX}`],
    },
    {
      name: "a path on the allow list passes, on that resource alone",
      stack: [
        bucket({ tags: { Note: leaked.accessKeyId } }),
        { ...bucket({ tags: { Note: leaked.accessKeyId } }), name: "other" },
      ],
      config: { allowPaths: ["docs:tags.Note"] },
      expect: [`"other": tags.Note holds an AWS access key id; ${FIX}`],
    },
    {
      name: "a property that throws is noted and does not stop the search",
      stack: [
        bucket({
          get broken(): string {
            throw new Error("no");
          },
          other: leaked.github,
        }),
      ],
      expect: [
        'note: "docs": broken could not be read and was not searched for credentials.',
        `"docs": other holds a GitHub token; ${FIX}`,
      ],
    },
  ],
};

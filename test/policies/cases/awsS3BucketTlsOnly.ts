import { awsS3BucketTlsOnly } from "../../../policies/rules/awsS3BucketTlsOnly";
import { secret, UNKNOWN_TEXT } from "../harness";
import type { RuleCases } from "../ruleCases";
import { bucket, part, TYPES } from "../stacks";

const ARN = "arn:aws:s3:::shop-docs";
const statement = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [ARN, `${ARN}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const policy = (...statements: unknown[]) => ({ Version: "2012-10-17", Statement: statements });
const written = (document: unknown, name = "part") => part(TYPES.policy, { policy: document }, name);
const text = (...statements: unknown[]) => written(JSON.stringify(policy(...statements)));
const WEAK =
  'aws.s3.Bucket "b": its policy does not deny s3:* to everyone, on the bucket and its objects, where aws:SecureTransport is false; add that statement.';
const missing = (label = "aws.s3.Bucket") =>
  `${label} "b" has no bucket policy; add one that denies s3:* where aws:SecureTransport is false.`;
const NOTE = 'note: aws.s3.Bucket "b": its policy is not known yet; whether it demands TLS is judged at the update.';

/** A policy that holds itself. */
const circular: Record<string, unknown> = policy({ Effect: "Allow" });
circular["Again"] = circular;

const LET_THROUGH: [string, unknown][] = [
  ["among other statements", policy({ Effect: "Allow" }, statement)],
  ["as the only statement, not a list", { Statement: statement }],
  ["with the principal spelled out", policy({ ...statement, Principal: { AWS: "*" } })],
  ["with the principal in a list", policy({ ...statement, Principal: { AWS: ["*"] } })],
  ["with actions as a list", policy({ ...statement, Action: ["s3:*"] })],
  ["with every action", policy({ ...statement, Action: "*" })],
  ["with its action in capitals", policy({ ...statement, Action: "S3:*" })],
  ["on every resource", policy({ ...statement, Resource: "*" })],
  [
    "with BoolIfExists and a boolean",
    policy({ ...statement, Condition: { BoolIfExists: { "AWS:SecureTransport": false } } }),
  ],
  ["with its value in a list", policy({ ...statement, Condition: { Bool: { "aws:SecureTransport": ["false"] } } })],
];

const REFUSED: [string, unknown][] = [
  ["there is no such statement", policy({ Effect: "Allow" })],
  ["there are no statements", {}],
  ["it allows instead of denying", policy({ ...statement, Effect: "Allow" })],
  ["it names one principal", policy({ ...statement, Principal: { AWS: "arn:aws:iam::123456789012:root" } })],
  ["it exempts a principal", policy({ ...statement, Principal: undefined, NotPrincipal: { AWS: "*" } })],
  ["it covers reading only", policy({ ...statement, Action: "s3:GetObject" })],
  ["it leaves out the objects", policy({ ...statement, Resource: ARN })],
  ["it leaves out the bucket", policy({ ...statement, Resource: `${ARN}/*` })],
  ["it has no condition", policy({ ...statement, Condition: undefined })],
  ["its condition is empty", policy({ ...statement, Condition: {} })],
  ["its condition is a text", policy({ ...statement, Condition: "Bool" })],
  ["its operator holds a text", policy({ ...statement, Condition: { Bool: "false" } })],
  ["its operator holds nothing", policy({ ...statement, Condition: { Bool: null } })],
  ["its operator holds no key", policy({ ...statement, Condition: { Bool: {} } })],
  [
    "its operator is another",
    policy({ ...statement, Condition: { StringEquals: { "aws:SecureTransport": "false" } } }),
  ],
  ["its key is another", policy({ ...statement, Condition: { Bool: { "aws:ViaAWSService": "false" } } })],
  ["it denies requests with TLS", policy({ ...statement, Condition: { Bool: { "aws:SecureTransport": "true" } } })],
  [
    "another operator narrows it",
    policy({ ...statement, Condition: { ...statement.Condition, IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
  ],
  [
    "another key narrows it",
    policy({ ...statement, Condition: { Bool: { "aws:SecureTransport": "false", "aws:ViaAWSService": "false" } } }),
  ],
];

export const cases: RuleCases = {
  rule: awsS3BucketTlsOnly,
  compliant: [
    { name: "passes with the statement", stack: [bucket(), text(statement)], expect: [] },
    ...LET_THROUGH.map(([how, document]) => ({
      name: `passes with it ${how}`,
      stack: [bucket(), written(JSON.stringify(document))],
      expect: [],
    })),
  ],
  violations: [
    { name: "fails without a policy", stack: [bucket()], expect: [missing()] },
    ...REFUSED.map(([why, document]) => ({
      name: `fails when ${why}`,
      stack: [bucket(), written(JSON.stringify(document))],
      expect: [WEAK],
    })),
    { name: "fails when it is not JSON", stack: [bucket(), written("not json")], expect: [WEAK] },
    { name: "fails when it holds itself", stack: [bucket(), written(circular)], expect: [WEAK] },
    { name: "fails when it is not set", stack: [bucket(), part(TYPES.policy, {})], expect: [WEAK] },
    { name: "fails when the argument is empty", stack: [bucket({ policy: "" })], expect: [missing()] },
  ],
  spellings: [
    { name: "fails as BucketV2", stack: [bucket({}, TYPES.bucketV2)], expect: [missing("aws.s3.BucketV2")] },
    { name: "fails as a native bucket", stack: [bucket({}, TYPES.native)], expect: [missing("aws-native.s3.Bucket")] },
    { name: "passes as an object", stack: [bucket(), written(policy(statement))], expect: [] },
    {
      name: "passes by the native policy",
      stack: [bucket(), part(TYPES.nativePolicy, { policyDocument: policy(statement) })],
      expect: [],
    },
    {
      name: "fails by the native policy",
      stack: [bucket(), part(TYPES.nativePolicy, { policyDocument: policy({ Effect: "Allow" }) })],
      expect: [WEAK],
    },
    {
      name: "passes by the argument of the bucket",
      stack: [bucket({ policy: JSON.stringify(policy(statement)) })],
      expect: [],
    },
    {
      name: "fails by the argument of the bucket",
      stack: [bucket({ policy: JSON.stringify(policy({ Effect: "Allow" })) })],
      expect: [WEAK],
    },
  ],
  unknowns: [
    { name: "notes a policy not known yet", stack: [bucket(), written(UNKNOWN_TEXT)], expect: [NOTE] },
    { name: "notes an argument not known yet", stack: [bucket({ policy: UNKNOWN_TEXT })], expect: [NOTE] },
    {
      name: "notes statements not known yet",
      stack: [bucket(), part(TYPES.nativePolicy, { policyDocument: { Statement: UNKNOWN_TEXT } })],
      expect: [NOTE],
    },
    {
      name: "notes the ARN of a bucket about to be created",
      stack: [
        bucket(),
        part(TYPES.nativePolicy, { policyDocument: policy({ ...statement, Resource: [UNKNOWN_TEXT, UNKNOWN_TEXT] }) }),
      ],
      expect: [NOTE],
    },
    {
      name: "passes with the statement beside what is not known yet",
      stack: [bucket(), text(statement), written(UNKNOWN_TEXT, "other")],
      expect: [],
    },
    {
      name: "fails when the provider alone will read an argument back",
      stack: [bucket()],
      outputs: [bucket({ policy: UNKNOWN_TEXT })],
      expect: [missing()],
    },
  ],
  secrets: [
    {
      name: "passes with a text that is secret",
      stack: [bucket(), written(secret(JSON.stringify(policy(statement))))],
      expect: [],
    },
    {
      name: "fails with a text that is secret",
      stack: [bucket(), written(secret(JSON.stringify(policy({ Sid: "hidden", Effect: "Allow" }))))],
      expect: [WEAK],
    },
  ],
};

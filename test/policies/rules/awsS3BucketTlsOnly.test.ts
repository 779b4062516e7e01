import { awsS3BucketTlsOnly as rule } from "../../../policies/rules/awsS3BucketTlsOnly";
import { judgeStack, UNKNOWN_TEXT } from "../harness";
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
const written = (document: unknown) => part(TYPES.policy, { policy: document });
const WEAK =
  'aws.s3.Bucket "b": its policy does not deny s3:* to everyone, on the bucket and its objects, where aws:SecureTransport is false; add that statement.';

test.each([
  ["JSON text", written(JSON.stringify(policy(statement)))],
  ["an object", written(policy(statement))],
  ["the native policy", part(TYPES.nativePolicy, { policyDocument: policy(statement) })],
])("lets a bucket whose policy demands TLS through, as %s", async (_how, part) => {
  expect(await judgeStack(rule, [bucket(), part])).toEqual([]);
});

test("lets the bucket's own policy argument through", async () => {
  expect(await judgeStack(rule, [bucket({ policy: JSON.stringify(policy(statement)) })])).toEqual([]);
});

test.each([
  ["among other statements", policy({ Effect: "Allow" }, statement)],
  ["as the only statement, not a list", { Statement: statement }],
  ["with the principal spelled out", policy({ ...statement, Principal: { AWS: "*" } })],
  ["with actions as a list", policy({ ...statement, Action: ["s3:*"] })],
  ["on every resource", policy({ ...statement, Resource: "*" })],
  [
    "with BoolIfExists and a boolean",
    policy({ ...statement, Condition: { BoolIfExists: { "AWS:SecureTransport": false } } }),
  ],
])("lets the statement through %s", async (_how, document) => {
  expect(await judgeStack(rule, [bucket(), written(JSON.stringify(document))])).toEqual([]);
});

test.each([
  ["there is no such statement", policy({ Effect: "Allow" })],
  ["it allows instead of denying", policy({ ...statement, Effect: "Allow" })],
  ["it names one principal", policy({ ...statement, Principal: { AWS: "arn:aws:iam::123456789012:root" } })],
  ["it exempts a principal", policy({ ...statement, Principal: undefined, NotPrincipal: { AWS: "*" } })],
  ["it covers reading only", policy({ ...statement, Action: "s3:GetObject" })],
  ["it leaves out the objects", policy({ ...statement, Resource: ARN })],
  ["it leaves out the bucket", policy({ ...statement, Resource: `${ARN}/*` })],
  ["it has no condition", policy({ ...statement, Condition: undefined })],
  ["it denies requests with TLS", policy({ ...statement, Condition: { Bool: { "aws:SecureTransport": "true" } } })],
  [
    "another operator narrows it",
    policy({ ...statement, Condition: { ...statement.Condition, IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
  ],
  [
    "another key narrows it",
    policy({ ...statement, Condition: { Bool: { "aws:SecureTransport": "false", "aws:ViaAWSService": "false" } } }),
  ],
  ["it is not JSON", "not json"],
])("fails when %s", async (_why, document) => {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  expect(await judgeStack(rule, [bucket(), written(text)])).toEqual([WEAK]);
});

test.each([
  ["aws.s3.Bucket", TYPES.bucket],
  ["aws.s3.BucketV2", TYPES.bucketV2],
  ["aws-native.s3.Bucket", TYPES.native],
])("fails when %s has no policy", async (label, type) => {
  expect(await judgeStack(rule, [bucket({}, type)])).toEqual([
    `${label} "b" has no bucket policy; add one that denies s3:* where aws:SecureTransport is false.`,
  ]);
});

test("a policy not known yet is noted", async () => {
  expect(await judgeStack(rule, [bucket(), written(UNKNOWN_TEXT)])).toEqual([
    'note: aws.s3.Bucket "b": its policy is not known yet; whether it demands TLS is judged at the update.',
  ]);
});

test("an inline policy that the provider will read back does not stand for one", async () => {
  expect(await judgeStack(rule, [bucket({ policy: UNKNOWN_TEXT })])).toHaveLength(1);
  expect((await judgeStack(rule, [bucket({ policy: UNKNOWN_TEXT })]))[0]).toMatch(
    /^aws\.s3\.Bucket "b" has no bucket policy/,
  );
});

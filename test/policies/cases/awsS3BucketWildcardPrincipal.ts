import { awsS3BucketWildcardPrincipal } from "../../../policies/rules/awsS3BucketWildcardPrincipal";
import { secret, UNKNOWN_TEXT } from "../harness";
import type { RuleCases } from "../ruleCases";
import { bucket, part, TYPES } from "../stacks";

const ACCOUNT = "123456789012";
const ORGANIZATION = "o-a1b2c3d4e5";
const ARN = "arn:aws:s3:::shop-docs";
const read = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `${ARN}/*` };
const policy = (...statements: unknown[]) => ({ Version: "2012-10-17", Statement: statements });
const written = (document: unknown, name = "part") => part(TYPES.policy, { policy: document }, name);
const text = (...statements: unknown[]) => written(JSON.stringify(policy(...statements)));
const when = (Condition: unknown) => text({ ...read, Condition });

const opens = (statement = 1, label = "aws.s3.Bucket") =>
  `${label} "b": statement ${statement} of its policy allows everyone; name the principals, or add a condition on their account, organization, VPC endpoint or source ARN.`;
const NOTE =
  'note: aws.s3.Bucket "b": its policy is not known yet; whether it allows everyone is judged at the update.';

const NARROW: [string, unknown][] = [
  ["an account", { StringEquals: { "aws:PrincipalAccount": ACCOUNT } }],
  ["accounts", { StringEquals: { "aws:PrincipalAccount": [ACCOUNT, "210987654321"] } }],
  ["an organization", { StringEquals: { "aws:PrincipalOrgID": ORGANIZATION } }],
  ["an organization, in any case", { stringequals: { "AWS:principalorgid": ORGANIZATION } }],
  ["the bucket's own organization", { StringEquals: { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } }],
  ["paths of an organization", { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": `${ORGANIZATION}/r-ab12/*` } }],
  ["a VPC endpoint", { StringEquals: { "aws:SourceVpce": "vpce-1a2b3c4d" } }],
  ["a VPC", { StringLike: { "aws:SourceVpc": "vpc-0123456789abcdef0*" } }],
  ["a distribution", { ArnLike: { "aws:SourceArn": `arn:aws:cloudfront::${ACCOUNT}:distribution/*` } }],
  ["one topic by name", { ArnEquals: { "aws:SourceArn": "arn:aws:s3:::shop-source" } }],
  ["roles of an account", { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/reader-*` } }],
  ["sessions of a role", { StringLike: { "aws:userid": "AROAQ3F7K2M5Q3F7K2M5:*" } }],
  ["access points of an account", { StringEquals: { "s3:DataAccessPointAccount": ACCOUNT } }],
  ["a network", { IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"] } }],
  ["one address", { IpAddress: { "aws:SourceIp": "203.0.113.7" } }],
  [
    "an account beside something that does not narrow",
    {
      Bool: { "aws:SecureTransport": "true" },
      StringEquals: { "aws:PrincipalTag/team": "x", "aws:SourceAccount": ACCOUNT },
    },
  ],
];

const WIDE: [string, unknown][] = [
  ["is empty", {}],
  ["is a text", "aws:SourceArn"],
  ["holds a text", { StringEquals: ACCOUNT }],
  ["holds nothing", { StringEquals: null }],
  ["wants TLS", { Bool: { "aws:SecureTransport": "true" } }],
  ["goes by what the sender writes", { StringLike: { "aws:Referer": "https://shop.example.com/" } }],
  ["lets everything but an account in", { StringNotEquals: { "aws:PrincipalAccount": ACCOUNT } }],
  ["holds without the key", { StringEqualsIfExists: { "aws:PrincipalOrgID": ORGANIZATION } }],
  ["holds without any value", { "ForAllValues:StringEquals": { "aws:PrincipalOrgPaths": ORGANIZATION } }],
  ["asks only whether there is one", { Null: { "aws:PrincipalOrgID": "false" } }],
  ["has a wildcard for a value", { StringLike: { "aws:PrincipalOrgID": "*" } }],
  ["has a wildcard among its values", { StringLike: { "aws:PrincipalAccount": [ACCOUNT, "*"] } }],
  ["has a wildcard for the account", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/reader" } }],
  ["has the start of a name", { ArnLike: { "aws:SourceArn": "arn:aws:s3:::shop-*" } }],
  ["has any endpoint", { StringLike: { "aws:SourceVpce": "vpce-*" } }],
  ["compares the sender with itself", { StringEquals: { "aws:PrincipalAccount": "${aws:PrincipalAccount}" } }],
  ["has every address", { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } }],
  ["has half of all addresses", { IpAddress: { "aws:SourceIp": ["203.0.113.0/24", "128.0.0.0/1"] } }],
  ["has a wide IPv6 network", { IpAddress: { "aws:SourceIp": "2000::/31" } }],
  ["lets all but a network in", { NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } }],
  ["compares something else with a network", { IpAddress: { "aws:VpcSourceIp": "10.0.0.0/8" } }],
];

export const cases: RuleCases = {
  rule: awsS3BucketWildcardPrincipal,
  compliant: [
    { name: "passes without a policy", stack: [bucket()], expect: [] },
    {
      name: "passes with principals by name",
      stack: [
        bucket(),
        text(
          { ...read, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
          { ...read, Principal: { AWS: [ACCOUNT, "arn:aws:iam::210987654321:role/reader"] } },
          { ...read, Principal: { Service: "cloudfront.amazonaws.com" } },
        ),
      ],
      expect: [],
    },
    {
      name: "passes when everyone is denied",
      stack: [bucket(), text({ ...read, Effect: "Deny" }, { ...read, Effect: "Deny", Principal: { AWS: "*" } })],
      expect: [],
    },
    {
      name: "passes when all but some are denied",
      stack: [bucket(), text({ Effect: "Deny", NotPrincipal: { AWS: ACCOUNT }, Action: "s3:*", Resource: "*" })],
      expect: [],
    },
    ...NARROW.map(([what, condition]) => ({
      name: `passes with a condition on ${what}`,
      stack: [bucket(), when(condition)],
      expect: [],
    })),
  ],
  violations: [
    { name: "fails with the principal *", stack: [bucket(), text(read)], expect: [opens()] },
    {
      name: "fails with every AWS principal",
      stack: [bucket(), text({ ...read, Principal: { AWS: "*" } })],
      expect: [opens()],
    },
    {
      name: "fails with * among the principals",
      stack: [bucket(), text({ ...read, Principal: { AWS: [ACCOUNT, "*"] } })],
      expect: [opens()],
    },
    {
      name: "fails with all but some principals",
      stack: [bucket(), text({ ...read, Principal: undefined, NotPrincipal: { AWS: ACCOUNT } })],
      expect: [opens()],
    },
    {
      name: "fails for each statement that opens, and no other",
      stack: [bucket(), text({ ...read, Effect: "Deny" }, read, { ...read, Action: "s3:PutObject" })],
      expect: [opens(2), opens(3)],
    },
    ...WIDE.map(([what, condition]) => ({
      name: `fails when the condition ${what}`,
      stack: [bucket(), when(condition)],
      expect: [opens()],
    })),
  ],
  spellings: [
    { name: "fails as an object", stack: [bucket(), written(policy(read))], expect: [opens()] },
    {
      name: "fails with one statement that is no list",
      stack: [bucket(), written({ Statement: read })],
      expect: [opens()],
    },
    {
      name: "fails by the native policy",
      stack: [bucket(), part(TYPES.nativePolicy, { policyDocument: policy(read) })],
      expect: [opens()],
    },
    {
      name: "fails by the argument of the bucket",
      stack: [bucket({ policy: JSON.stringify(policy(read)) })],
      expect: [opens()],
    },
    {
      name: "fails as BucketV2",
      stack: [bucket({ policy: JSON.stringify(policy(read)) }, TYPES.bucketV2)],
      expect: [opens(1, "aws.s3.BucketV2")],
    },
    {
      name: "fails for a native bucket",
      stack: [bucket({}, TYPES.native), part(TYPES.nativePolicy, { policyDocument: JSON.stringify(policy(read)) })],
      expect: [opens(1, "aws-native.s3.Bucket")],
    },
  ],
  unknowns: [
    { name: "notes a policy not known yet", stack: [bucket(), written(UNKNOWN_TEXT)], expect: [NOTE] },
    {
      name: "notes it once",
      stack: [bucket(), written(UNKNOWN_TEXT, "one"), written(UNKNOWN_TEXT, "two")],
      expect: [NOTE],
    },
    { name: "notes an argument not known yet", stack: [bucket({ policy: UNKNOWN_TEXT })], expect: [NOTE] },
    { name: "notes a statement not known yet", stack: [bucket(), written(policy(UNKNOWN_TEXT))], expect: [NOTE] },
    ...["Effect", "Principal", "Condition"].map((key) => ({
      name: `notes a statement whose ${key} is not known yet`,
      stack: [bucket(), written(policy({ ...read, [key]: UNKNOWN_TEXT }))],
      expect: [NOTE],
    })),
    {
      name: "notes an effect not known yet beside a principal not known yet",
      stack: [bucket(), written(policy({ ...read, Effect: UNKNOWN_TEXT, Principal: UNKNOWN_TEXT }))],
      expect: [NOTE],
    },
    {
      name: "passes with somebody who denies, or is named, whatever the rest will be",
      stack: [
        bucket(),
        written(
          policy(
            { ...read, Effect: "Deny", Principal: UNKNOWN_TEXT },
            { ...read, Principal: { AWS: ACCOUNT }, Condition: UNKNOWN_TEXT },
          ),
        ),
      ],
      expect: [],
    },
    {
      name: "passes with a role, a distribution, an endpoint and a network about to be created",
      stack: [
        bucket(),
        written(
          policy(
            { ...read, Principal: { AWS: UNKNOWN_TEXT } },
            { ...read, Condition: { StringEquals: { "aws:SourceArn": UNKNOWN_TEXT } } },
            { ...read, Condition: { StringEquals: { "aws:SourceVpce": [UNKNOWN_TEXT] } } },
            { ...read, Condition: { IpAddress: { "aws:SourceIp": [UNKNOWN_TEXT] } } },
          ),
        ),
      ],
      expect: [],
    },
    {
      name: "fails with one statement whatever the others will be",
      stack: [bucket(), written(policy(read, UNKNOWN_TEXT))],
      expect: [opens(), NOTE],
    },
    {
      name: "passes when the provider alone will read a policy back",
      stack: [bucket()],
      outputs: [bucket({ policy: UNKNOWN_TEXT })],
      expect: [],
    },
  ],
  secrets: [
    {
      name: "fails with a policy that is secret",
      stack: [bucket(), written(secret(JSON.stringify(policy({ ...read, Sid: "HiddenName" }))))],
      expect: [opens()],
    },
  ],
  others: [
    { name: "says nothing of a policy that is not JSON", stack: [bucket(), written("{ not json")], expect: [] },
    {
      name: "fails once where the provider reads the policy back into the bucket",
      stack: [bucket(), text(read)],
      outputs: [bucket({ policy: JSON.stringify(policy(read)) }), text(read)],
      expect: [opens()],
    },
  ],
};

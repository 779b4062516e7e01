import { awsS3BucketOwnerEnforced } from "../../../policies/rules/awsS3BucketOwnerEnforced";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";
import { backupBucket, bucket, namedBackup, part, TYPES } from "../stacks";

const PUBLIC_GROUP = "http://acs.amazonaws.com/groups/global/AllUsers";
const ANY_ACCOUNT = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";
const CLOUDFRONT = "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0";
const SOMEBODY = "0f1e".repeat(16);

const owned = (objectOwnership: unknown) => part(TYPES.ownership, { rule: { objectOwnership } }, "owned");
const acl = (props: object, type: string = TYPES.acl) => part(type, props, "acl");
const granted = (grantee: unknown) => ({ accessControlPolicy: { grants: [{ grantee, permission: "READ" }] } });
const logs = (argument: string, props: object, type: string): Written => ({
  type,
  name: "site",
  props,
  dependsOn: { [argument]: ["b"] },
});

const notOwned = (got: string, label = "aws.s3.Bucket") =>
  `${label} "b": objectOwnership must be "BucketOwnerEnforced", got ${got}; set it, and grant access by policies instead of ACLs.`;
const isPublic = (got: string, label = "aws.s3.Bucket") =>
  `${label} "b": acl must not be public, got ${got}; remove it, and grant access by policies.`;
const toAll = (label = "aws.s3.Bucket") =>
  `${label} "b": its ACL grants everybody something; remove the grant to AllUsers or AuthenticatedUsers.`;
const OWNERSHIP_NOTE = 'note: aws.s3.Bucket "b": objectOwnership is not known yet; it is judged at the update.';
const ACL_NOTE = 'note: aws.s3.Bucket "b": its ACL is not known yet; it is judged at the update.';

/** What excuses ACLs on a bucket for logs. */
const LOG_TARGETS: [string, Written[]][] = [
  ["by the log delivery ACL", [bucket(), acl({ acl: "log-delivery-write" })]],
  ["by the log delivery ACL of the bucket itself", [bucket({ acl: "log-delivery-write" })]],
  ["by a grant to the log delivery group", [bucket(), acl(granted({ type: "Group", uri: LOG_DELIVERY }))]],
  ["by a grant to CloudFront's log account", [bucket(), acl(granted({ type: "CanonicalUser", id: CLOUDFRONT }))]],
  ["by a grant of the bucket itself", [bucket({ grants: [{ id: CLOUDFRONT, permissions: ["FULL_CONTROL"] }] })]],
  [
    "as the target of a distribution's logs",
    [bucket(), logs("loggingConfig", { loggingConfig: { bucket: UNKNOWN_TEXT } }, TYPES.distribution)],
  ],
  [
    "as the target of a native distribution's logs",
    [
      bucket(),
      logs(
        "distributionConfig",
        { distributionConfig: { logging: { bucket: UNKNOWN_TEXT } } },
        TYPES.nativeDistribution,
      ),
    ],
  ],
];

export const cases: RuleCases = {
  rule: awsS3BucketOwnerEnforced,
  compliant: [
    { name: "passes with the owner enforced", stack: [bucket(), owned("BucketOwnerEnforced")], expect: [] },
    { name: "passes with nothing said, which is the same", stack: [bucket()], expect: [] },
    { name: "passes as a backup bucket that says nothing", stack: [backupBucket()], expect: [] },
    { name: "passes with a private ACL", stack: [bucket({ acl: "private" }), acl({ acl: "private" })], expect: [] },
    {
      name: "passes with a grant to one account",
      stack: [bucket(), acl(granted({ type: "CanonicalUser", id: SOMEBODY }))],
      expect: [],
    },
    ...LOG_TARGETS.map(([how, stack]) => ({
      name: `passes with ACLs on where logs are delivered, ${how}`,
      stack: [...stack, owned("BucketOwnerPreferred")],
      expect: [],
    })),
  ],
  violations: [
    ...["ObjectWriter", "BucketOwnerPreferred"].map((value) => ({
      name: `fails with ${value}`,
      stack: [bucket(), owned(value)],
      expect: [notOwned(`"${value}"`)],
    })),
    {
      name: "fails with a rule that says nothing",
      stack: [bucket(), part(TYPES.ownership, { rule: {} })],
      expect: [notOwned("nothing")],
    },
    ...["public-read", "public-read-write", "authenticated-read"].flatMap((value): RuleCase[] => [
      { name: `fails with the ACL ${value}`, stack: [bucket(), acl({ acl: value })], expect: [isPublic(`"${value}"`)] },
      {
        name: `fails with the bucket's ACL ${value}`,
        stack: [bucket({ acl: value })],
        expect: [isPublic(`"${value}"`)],
      },
    ]),
    ...[PUBLIC_GROUP, ANY_ACCOUNT].map((uri) => ({
      name: `fails with a grant to ${uri.split("/").at(-1)}`,
      stack: [bucket(), acl(granted({ type: "Group", uri }))],
      expect: [toAll()],
    })),
    {
      name: "fails with a grant of the bucket itself",
      stack: [bucket({ grants: [{ type: "Group", uri: PUBLIC_GROUP, permissions: ["READ"] }] })],
      expect: [toAll()],
    },
    {
      name: "fails where logs are delivered and everybody may read them",
      stack: [bucket({ acl: "log-delivery-write" }), acl(granted({ type: "Group", uri: PUBLIC_GROUP }))],
      expect: [toAll()],
    },
    ...[backupBucket, namedBackup].map((write) => ({
      name: `fails on a backup bucket even where logs are delivered (${write.name})`,
      stack: [write({ acl: "log-delivery-write" }), owned("ObjectWriter")],
      expect: [notOwned('"ObjectWriter"')],
    })),
    {
      name: "fails on a bucket that is a distribution's origin",
      stack: [
        bucket(),
        owned("ObjectWriter"),
        logs("origins", { origins: [{ domainName: UNKNOWN_TEXT }], loggingConfig: {} }, TYPES.distribution),
      ],
      expect: [notOwned('"ObjectWriter"')],
    },
    {
      name: "fails on a bucket that is the origin of a native distribution without logs",
      stack: [
        bucket(),
        owned("ObjectWriter"),
        logs("distributionConfig", { distributionConfig: { origins: [] } }, TYPES.nativeDistribution),
      ],
      expect: [notOwned('"ObjectWriter"')],
    },
    {
      name: "fails on a bucket that something else's loggingConfig names",
      stack: [bucket(), owned("ObjectWriter"), logs("loggingConfig", {}, TYPES.lock)],
      expect: [notOwned('"ObjectWriter"')],
    },
  ],
  spellings: [
    {
      name: "fails by BucketAclV2",
      stack: [bucket(), acl({ acl: "public-read" }, TYPES.aclV2)],
      expect: [isPublic('"public-read"')],
    },
    {
      name: "fails as BucketV2",
      stack: [bucket({ acl: "public-read" }, TYPES.bucketV2), owned("ObjectWriter"), part(TYPES.lockV2, {}, "lock")],
      expect: [isPublic('"public-read"', "aws.s3.BucketV2"), notOwned('"ObjectWriter"', "aws.s3.BucketV2")],
    },
    {
      name: "passes by the argument of the native bucket",
      stack: [bucket({ ownershipControls: { rules: [{ objectOwnership: "BucketOwnerEnforced" }] } }, TYPES.native)],
      expect: [],
    },
    {
      name: "fails by the argument of the native bucket",
      stack: [bucket({ ownershipControls: { rules: [{ objectOwnership: "ObjectWriter" }] } }, TYPES.native)],
      expect: [notOwned('"ObjectWriter"', "aws-native.s3.Bucket")],
    },
    {
      name: "fails by the ACL of the native bucket",
      stack: [bucket({ accessControl: "PublicReadWrite" }, TYPES.native)],
      expect: [isPublic('"PublicReadWrite"', "aws-native.s3.Bucket")],
    },
    {
      name: "passes with the log delivery ACL of the native bucket",
      stack: [
        bucket(
          { accessControl: "LogDeliveryWrite", ownershipControls: { rules: [{ objectOwnership: "ObjectWriter" }] } },
          TYPES.native,
        ),
      ],
      expect: [],
    },
  ],
  unknowns: [
    { name: "notes an ownership not known yet", stack: [bucket(), owned(UNKNOWN_TEXT)], expect: [OWNERSHIP_NOTE] },
    {
      name: "notes an ownership argument not known yet",
      stack: [bucket({ ownershipControls: UNKNOWN_TEXT }, TYPES.native)],
      expect: [OWNERSHIP_NOTE.replace("aws.s3.", "aws-native.s3.")],
    },
    ...[
      [bucket({ acl: UNKNOWN_TEXT })],
      [bucket({ accessControl: UNKNOWN_TEXT })],
      [bucket({ grants: UNKNOWN_TEXT })],
      [bucket(), acl({ acl: UNKNOWN_TEXT })],
      [bucket(), acl({ accessControlPolicy: UNKNOWN_TEXT })],
      [bucket(), acl(granted(UNKNOWN_TEXT))],
      [bucket(), acl(granted({ uri: UNKNOWN_TEXT }))],
    ].map((stack, index) => ({ name: `notes an ACL not known yet (${index + 1})`, stack, expect: [ACL_NOTE] })),
    {
      name: "fails with a public ACL whatever the grants will be",
      stack: [bucket({ acl: "public-read", grants: UNKNOWN_TEXT }), owned(UNKNOWN_TEXT)],
      expect: [isPublic('"public-read"'), ACL_NOTE, OWNERSHIP_NOTE],
    },
    {
      name: "passes when the provider alone will fill in the grants",
      stack: [bucket(), acl({ acl: "private" })],
      outputs: [
        bucket({ grants: UNKNOWN_TEXT, acl: UNKNOWN_TEXT }),
        acl({ acl: "private", accessControlPolicy: UNKNOWN_TEXT }),
      ],
      expect: [],
    },
  ],
  secrets: [
    {
      name: "fails with grants that are secret",
      stack: [bucket({ bucket: secret("shop-hidden-name"), grants: secret([{ uri: PUBLIC_GROUP }]) })],
      expect: [toAll()],
    },
  ],
};

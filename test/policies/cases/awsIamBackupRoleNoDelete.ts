import { awsIamBackupRoleNoDelete } from "../../../policies/rules/awsIamBackupRoleNoDelete";
import { attachment, NATIVE_ROLE, nativeDocument, roleWith, SPELLED_ROLES } from "../backupRoles";
import {
  allow,
  BACKUPS,
  document,
  OBJECTS,
  PERHAPS_WRITER,
  role,
  rolePolicy,
  RUN_TYPES,
  task,
  WRITER,
} from "../backupStacks";
import { secret, UNKNOWN_TEXT, type Written } from "../harness";
import type { RuleCase, RuleCases } from "../ruleCases";
import { TYPES } from "../stacks";

const refused = (actions: string, label = "aws.iam.Role"): string =>
  `${label} "dump" writes backups, and its policies also allow ${actions} on them; allow it to add objects alone, and let lifecycle rules delete.`;
const LATER =
  'note: aws.iam.Role "dump": a policy of it is not known yet; whether it can delete backups is judged at the update.';
const ALL = "s3:DeleteObject, s3:DeleteObjectVersion, s3:BypassGovernanceRetention and 11 more";

const passes = (name: string, stack: readonly Written[]): RuleCase => ({ name, stack, expect: [] });
const fails = (name: string, stack: readonly Written[], actions: string, label?: string): RuleCase => ({
  name: `fails ${name}`,
  stack,
  expect: [refused(actions, label)],
});

const PUT = allow("s3:PutObject");
const DELETE = allow("s3:DeleteObject");
const deny = (Action: unknown, Resource: unknown = OBJECTS, more: object = {}): object => ({
  ...allow(Action, Resource, more),
  Effect: "Deny",
});
const trusted = (trust: object): Written[] => [
  BACKUPS,
  role({ assumeRolePolicy: document(trust) }),
  rolePolicy(allow("s3:*")),
];
const UNLOCKED: Written = { ...BACKUPS, props: { bucket: "shop-backups" } };
const told = task([{ name: "dump", environment: [{ name: "BUCKET", value: "shop-backups" }] }]);
const more = (name: string, policy: string): Written => ({
  ...rolePolicy(),
  name,
  props: { role: "dump-role", policy },
});

export const cases: RuleCases = {
  rule: awsIamBackupRoleNoDelete,
  compliant: [
    passes("a role that only adds passes", WRITER),
    passes(
      "a role that adds with lock headers and aborts passes",
      roleWith(allow(["s3:PutObject", "s3:PutObjectRetention", "s3:AbortMultipartUpload"]), allow("kms:*", "*")),
    ),
    passes(
      "a role that deletes from another bucket passes",
      roleWith(PUT, allow("s3:Delete*", ["arn:aws:s3:::scratch/*", "arn:aws:s3:::scratch-*/*"])),
    ),
    passes("a role that reads and deletes, and writes nothing, passes", [
      ...roleWith(allow(["s3:GetObject", "s3:DeleteObject"])),
      told,
    ]),
    passes("a role that may delete, and must not write, passes", roleWith(deny("s3:PutObject"), DELETE)),
    passes("a role that may put whatever of objects passes where the bucket has no Object Lock", [
      UNLOCKED,
      role(),
      rolePolicy(allow("s3:PutObject*")),
    ]),
    passes("a known policy is read, whatever it is made from", [
      BACKUPS,
      role(),
      {
        ...rolePolicy(PUT, allow("s3:Delete*", ["arn:aws:s3:::scratch/*", "arn:aws:sqs:eu-west-1:1:shop-backups"])),
        dependsOn: { role: ["dump"], policy: ["backups"] },
      },
    ]),
    passes("the role of people passes", trusted({ Principal: { AWS: "arn:x" }, Action: "sts:AssumeRole" })),
    passes("a role that nobody may take on passes", trusted({})),
    passes(
      "the roles of what AWS copies with pass",
      trusted({ Principal: { Service: ["s3.amazonaws.com", "backup.amazonaws.com", "datasync.amazonaws.com"] } }),
    ),
    passes("a role with rights to every bucket passes where nothing tells it of a backup bucket", [
      ...roleWith(allow("*", "*")),
      task(),
    ]),
    passes(
      "a denial takes it back",
      roleWith(
        PUT,
        allow("s3:*"),
        deny(["s3:De*", "s3:B*", "s3:PutB*", "s3:PutE*", "s3:PutL*", "s3:PutR*", "s3:PutObjectL*"]),
      ),
    ),
  ],
  violations: [
    fails("when it may delete objects", roleWith(allow(["s3:PutObject", "s3:DeleteObject"])), "s3:DeleteObject"),
    fails(
      "when it may delete by a wildcard, whatever its case",
      roleWith(PUT, allow("S3:delete*")),
      "s3:DeleteObject, s3:DeleteObjectVersion, s3:DeleteBucket and 1 more",
    ),
    fails("with every action of S3", roleWith(allow("s3:*")), ALL),
    fails("with a question mark in an action", roleWith(PUT, allow("s3:DeleteObjec?")), "s3:DeleteObject"),
    fails("when it may lift holds", roleWith(allow("s3:PutObject*")), "s3:PutObjectLegalHold"),
    fails(
      "when it may delete from a bucket without Object Lock, known by its name",
      [UNLOCKED, role(), rolePolicy(PUT, DELETE)],
      "s3:DeleteObject",
    ),
    fails(
      "with all actions but some",
      roleWith(PUT, { Effect: "Allow", NotAction: ["iam:*", "s3:Put*", "s3:*Bucket*"], Resource: "*" }),
      "s3:DeleteObject, s3:DeleteObjectVersion, s3:BypassGovernanceRetention",
    ),
    fails(
      "when it may configure the bucket",
      roleWith(PUT, allow("s3:PutLifecycleConfiguration", "arn:aws:s3:::shop-backups")),
      "s3:PutLifecycleConfiguration",
    ),
    ...["*", "arn:aws:*", "arn:aws:s3:*", "arn:aws:s3:::*", "arn:aws:s3:::*/*", "arn:aws:s3:::shop-*/*"].map(
      (resource) =>
        fails(
          `when it may delete from ${resource}`,
          roleWith(PUT, allow("s3:DeleteObject", resource)),
          "s3:DeleteObject",
        ),
    ),
    fails(
      "when it may delete from all buckets but one",
      roleWith(PUT, { Effect: "Allow", Action: "s3:DeleteObject", NotResource: "arn:aws:s3:::other/*" }),
      "s3:DeleteObject",
    ),
    ...["AmazonS3FullAccess", "AdministratorAccess", "PowerUserAccess"].map((name) =>
      fails(`with ${name} beside it`, [...WRITER, attachment(`arn:aws:iam::aws:policy/${name}`)], ALL),
    ),
    fails(
      "with rights to every bucket alone, where its task is told of a backup bucket",
      [BACKUPS, role(), attachment("arn:aws-cn:iam::aws:policy/AmazonS3FullAccess"), told],
      ALL,
    ),
    fails(
      "when what takes it back has a condition",
      roleWith(PUT, DELETE, deny("s3:*", OBJECTS, { Condition: { Bool: { a: "b" } } })),
      "s3:DeleteObject",
    ),
    fails(
      "when what takes it back is about other actions, or another bucket, or leaves some out",
      roleWith(PUT, DELETE, deny("s3:DeleteObjectVersion"), deny("s3:*", "arn:aws:s3:::other/*"), {
        Effect: "Deny",
        Action: "s3:*",
        NotResource: OBJECTS,
      }),
      "s3:DeleteObject",
    ),
    fails(
      "through OpenID Connect",
      trusted({ Principal: { Federated: "arn:x" }, Action: "sts:AssumeRoleWithWebIdentity" }),
      ALL,
    ),
  ],
  spellings: [
    ...Object.entries(SPELLED_ROLES).map(([name, stack]) => fails(`by ${name}`, stack, "s3:DeleteObject")),
    fails("by aws-native.iam.Role and aws-native.s3.Bucket", NATIVE_ROLE, "s3:DeleteObject", "aws-native.iam.Role"),
    fails(
      "by managedPolicyArns of aws.iam.Role",
      [BACKUPS, role({ managedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"] }), rolePolicy(PUT)],
      ALL,
    ),
    fails(
      "by aws.iam.RolePolicyAttachmentsExclusive",
      [
        ...WRITER,
        attachment("", RUN_TYPES.exclusive, {
          role: undefined,
          policyArn: undefined,
          roleName: "dump-role",
          policyArns: ["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
        }),
      ],
      ALL,
    ),
  ],
  unknowns: [
    { name: "a policy made from a backup bucket is noted", stack: PERHAPS_WRITER, expect: [LATER] },
    {
      name: "a policy made from a part of a backup bucket is noted",
      stack: [
        BACKUPS,
        { type: TYPES.versioning, name: "versioning", props: { bucket: "shop-backups" } },
        role(),
        { ...PERHAPS_WRITER[2]!, dependsOn: { role: ["dump"], policy: ["versioning"] } },
      ],
      expect: [LATER],
    },
    {
      name: "fails by what is known beside a policy that is not",
      stack: [...roleWith(PUT, DELETE), { ...PERHAPS_WRITER[2]!, name: "more" }],
      expect: [refused("s3:DeleteObject"), LATER],
    },
    passes("a policy made from something else says nothing", [
      BACKUPS,
      role(),
      { ...PERHAPS_WRITER[2]!, dependsOn: { role: ["dump"] } },
    ]),
    fails(
      "whoever may take it on",
      [BACKUPS, role({ assumeRolePolicy: UNKNOWN_TEXT }), rolePolicy(allow("s3:*"))],
      ALL,
    ),
    fails(
      "whichever service may take it on",
      [
        BACKUPS,
        role(
          {
            assumeRolePolicy: undefined,
            assumeRolePolicyDocument: nativeDocument({ Principal: { Service: UNKNOWN_TEXT } }),
          },
          RUN_TYPES.nativeRole,
        ),
        rolePolicy(allow("s3:*")),
      ],
      ALL,
      "aws-native.iam.Role",
    ),
    {
      name: "inline policies that are not known are noted",
      stack: [BACKUPS, { ...role({ inlinePolicies: UNKNOWN_TEXT }), dependsOn: { inlinePolicies: ["backups"] } }],
      expect: [LATER],
    },
  ],
  secrets: [
    fails(
      "with a policy that is secret",
      [BACKUPS, role(), { ...rolePolicy(), props: { role: "dump-role", policy: secret(document(allow("s3:*"))) } }],
      ALL,
    ),
  ],
  others: [
    {
      name: "actions on the option's list pass, and others do not",
      stack: roleWith(PUT, allow(["s3:DeleteObject", "s3:DeleteObjectVersion"])),
      config: { allowActions: ["s3:DeleteObject"] },
      expect: [refused("s3:DeleteObjectVersion")],
    },
    passes("a policy that is no JSON, and one without statements, pass", [
      ...WRITER,
      more("odd", "{"),
      more("empty", "{}"),
    ]),
    passes("a stack without backup buckets passes", [role(), rolePolicy(allow("s3:*")), task()]),
  ],
};

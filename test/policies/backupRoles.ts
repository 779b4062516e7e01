import { allow, BACKUPS, document, role, rolePolicy, RUN_TYPES, WRITER } from "./backupStacks";
import { UNKNOWN_TEXT, type Written } from "./harness";
import { TYPES } from "./stacks";

/** A bucket, the role `dump`, and its policy with these statements. */
export function roleWith(...statements: object[]): Written[] {
  return [BACKUPS, role(), rolePolicy(...statements)];
}

/** A policy's attachment to the role `dump`, in any spelling. */
export function attachment(policyArn: string, type: string = RUN_TYPES.attachment, props: object = {}): Written {
  return {
    type,
    name: "attachment",
    props: { role: "dump-role", policyArn, ...props },
    dependsOn: { role: ["dump"], roles: ["dump"], roleName: ["dump"] },
  };
}

/** A policy document as the native provider has it. */
export function nativeDocument(...Statement: object[]): object {
  return { Statement };
}

const DELETE = allow(["s3:PutObject", "s3:DeleteObject"]);

/** The role `dump` that adds and deletes, by each spelling of what gives it the right. */
export const SPELLED_ROLES: Record<string, readonly Written[]> = {
  "an inline policy of aws.iam.Role": [BACKUPS, role({ inlinePolicies: [{ name: "a", policy: document(DELETE) }] })],
  "an aws.iam.Policy, attached": [
    ...WRITER,
    { type: RUN_TYPES.policy, name: "extra", props: { arn: "arn:p", policy: document(DELETE) } },
    attachment("arn:p"),
  ],
  "an aws.iam.Policy, attached by aws.iam.PolicyAttachment": [
    ...WRITER,
    { type: RUN_TYPES.policy, name: "extra", props: { policy: document(DELETE) } },
    {
      ...attachment(UNKNOWN_TEXT, RUN_TYPES.groupAttachment, { role: undefined, roles: ["dump-role"] }),
      dependsOn: { roles: ["dump"], policyArn: ["extra"] },
    },
  ],
  "an aws.iam.Policy, in managedPolicyArns of the role": [
    BACKUPS,
    { ...role({ managedPolicyArns: [UNKNOWN_TEXT] }), dependsOn: { managedPolicyArns: ["extra"] } },
    { type: RUN_TYPES.policy, name: "extra", props: { policy: document(DELETE) } },
  ],
  "an aws.iam.Policy, in policyArns of aws.iam.RolePolicyAttachmentsExclusive": [
    ...WRITER,
    { type: RUN_TYPES.policy, name: "extra", props: { policy: document(DELETE) } },
    {
      ...attachment("", RUN_TYPES.exclusive, { role: undefined, policyArn: undefined, roleName: "dump-role" }),
      dependsOn: { roleName: ["dump"], policyArns: ["extra"] },
    },
  ],
  "aws-native.iam.RolePolicy, and aws.s3.BucketV2": [
    { ...BACKUPS, type: TYPES.bucketV2 },
    role(),
    {
      type: RUN_TYPES.nativeRolePolicy,
      name: "own",
      props: { roleName: "dump-role", policyDocument: nativeDocument(DELETE) },
      dependsOn: { roleName: ["dump"] },
    },
  ],
  "aws-native.iam.ManagedPolicy": [
    BACKUPS,
    role(),
    {
      type: RUN_TYPES.nativePolicy,
      name: "own",
      props: { roles: ["dump-role"], policyDocument: nativeDocument(DELETE) },
      dependsOn: { roles: ["dump"] },
    },
  ],
};

/** The same by the native role itself, on a native bucket whose ARN is not known. */
export const NATIVE_ROLE: readonly Written[] = [
  { type: TYPES.native, name: "backups", props: { bucketName: "shop-backups" } },
  {
    type: RUN_TYPES.nativeRole,
    name: "dump",
    props: {
      assumeRolePolicyDocument: nativeDocument({ Principal: { Service: "lambda.amazonaws.com" } }),
      policies: [{ policyDocument: nativeDocument(allow(["s3:PutObject", "s3:DeleteObject"], UNKNOWN_TEXT)) }],
    },
    dependsOn: { policies: ["backups"] },
  },
];

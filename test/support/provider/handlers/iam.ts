// Identities and what they may do. IAM is global: no region.
import * as iam from "@aws-sdk/client-iam";
import { found, gone, tagList, type Handler } from "../handler";
import { policyDocument } from "../refusals/policies";
import { within } from "../refusals/s3";
import { known, type Props } from "../wire";

const identityName = (what: string, value: unknown, max: number): string[] =>
  typeof value === "string" && known(value) && !new RegExp(`^[\\w+=,.@-]{1,${max}}$`).test(value)
    ? [`${what} "${value}" must be 1 to ${max} letters, digits or any of _+=,.@-`]
    : [];

const role: Handler = {
  type: "aws:iam/role:Role",
  name: { property: "name", maxLength: 64 },
  replaceOn: ["name", "namePrefix", "path"],
  computed: ["arn", "createDate", "uniqueId", "tagsAll"],
  refuse: (i) => [
    ...identityName("role name", i["name"], 64),
    ...within("maxSessionDuration", i["maxSessionDuration"], 3600, 43_200),
    ...policyDocument(i["assumeRolePolicy"], { kind: "trust" }),
    // Deprecated in the AWS provider in favour of resources of their own, which this table serves.
    ...["inlinePolicies", "managedPolicyArns"]
      .filter((k) => i[k] !== undefined)
      .map((k) => `the stand-in does not serve ${k}`),
  ],
  async create({ aws }, i) {
    const { Role } = await aws.iam.send(
      new iam.CreateRoleCommand({
        RoleName: i["name"],
        Path: i["path"],
        Description: i["description"],
        AssumeRolePolicyDocument: i["assumeRolePolicy"],
        MaxSessionDuration: i["maxSessionDuration"],
        PermissionsBoundary: i["permissionsBoundary"],
        Tags: tagList(i["tags"]),
      }),
    );
    return {
      id: i["name"],
      outputs: { arn: Role!.Arn, uniqueId: Role!.RoleId, createDate: Role!.CreateDate!.toISOString() },
    };
  },
  async update({ aws }, RoleName, i) {
    await aws.iam.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: i["assumeRolePolicy"] }));
    await aws.iam.send(
      new iam.UpdateRoleCommand({
        RoleName,
        Description: i["description"] ?? "",
        MaxSessionDuration: i["maxSessionDuration"],
      }),
    );
    if (i["tags"]) await aws.iam.send(new iam.TagRoleCommand({ RoleName, Tags: tagList(i["tags"]) }));
  },
  exists: ({ aws }, RoleName) => found(aws.iam.send(new iam.GetRoleCommand({ RoleName }))),
  delete: ({ aws }, RoleName) => gone(aws.iam.send(new iam.DeleteRoleCommand({ RoleName }))),
};

const putRolePolicy = (i: Props) =>
  new iam.PutRolePolicyCommand({ RoleName: i["role"], PolicyName: i["name"], PolicyDocument: i["policy"] });

const rolePolicy: Handler = {
  type: "aws:iam/rolePolicy:RolePolicy",
  name: { property: "name", maxLength: 128 },
  replaceOn: ["role", "name", "namePrefix"],
  computed: [],
  refuse: (i) => [...identityName("policy name", i["name"], 128), ...policyDocument(i["policy"], { kind: "identity" })],
  async create({ aws }, i) {
    await aws.iam.send(putRolePolicy(i));
    return { id: `${i["role"]}:${i["name"]}` };
  },
  update: async ({ aws }, _id, i) => void (await aws.iam.send(putRolePolicy(i))),
  exists: ({ aws }, _id, s) =>
    found(aws.iam.send(new iam.GetRolePolicyCommand({ RoleName: s["role"], PolicyName: s["name"] }))),
  delete: ({ aws }, _id, s) =>
    gone(aws.iam.send(new iam.DeleteRolePolicyCommand({ RoleName: s["role"], PolicyName: s["name"] }))),
};

const rolePolicyAttachment: Handler = {
  type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  replaceOn: ["role", "policyArn"],
  computed: [],
  async create({ aws }, i) {
    await aws.iam.send(new iam.AttachRolePolicyCommand({ RoleName: i["role"], PolicyArn: i["policyArn"] }));
    return { id: `${i["role"]}/${i["policyArn"]}` };
  },
  delete: ({ aws }, _id, s) =>
    gone(aws.iam.send(new iam.DetachRolePolicyCommand({ RoleName: s["role"], PolicyArn: s["policyArn"] }))),
};

const user: Handler = {
  type: "aws:iam/user:User",
  name: { property: "name", maxLength: 64 },
  replaceOn: ["name", "path"],
  computed: ["arn", "uniqueId", "tagsAll"],
  refuse: (i) => identityName("user name", i["name"], 64),
  async create({ aws }, i) {
    const { User } = await aws.iam.send(
      new iam.CreateUserCommand({ UserName: i["name"], Path: i["path"], Tags: tagList(i["tags"]) }),
    );
    return { id: i["name"], outputs: { arn: User!.Arn, uniqueId: User!.UserId } };
  },
  update: async ({ aws }, UserName, i) =>
    void (await aws.iam.send(new iam.TagUserCommand({ UserName, Tags: tagList(i["tags"]) }))),
  exists: ({ aws }, UserName) => found(aws.iam.send(new iam.GetUserCommand({ UserName }))),
  delete: ({ aws }, UserName) => gone(aws.iam.send(new iam.DeleteUserCommand({ UserName }))),
};

const accessKey: Handler = {
  type: "aws:iam/accessKey:AccessKey",
  replaceOn: ["user", "pgpKey"],
  computed: ["createDate", "secret"],
  secretOutputs: ["secret"],
  async create({ aws }, i) {
    const { AccessKey } = await aws.iam.send(new iam.CreateAccessKeyCommand({ UserName: i["user"] }));
    return {
      id: AccessKey!.AccessKeyId!,
      outputs: {
        secret: AccessKey!.SecretAccessKey,
        createDate: AccessKey!.CreateDate?.toISOString(),
        status: "Active",
      },
    };
  },
  update: async ({ aws }, AccessKeyId, i) =>
    void (await aws.iam.send(
      new iam.UpdateAccessKeyCommand({ UserName: i["user"], AccessKeyId, Status: i["status"] ?? "Active" }),
    )),
  delete: ({ aws }, AccessKeyId, s) =>
    gone(aws.iam.send(new iam.DeleteAccessKeyCommand({ UserName: s["user"], AccessKeyId }))),
};

export const iamHandlers = [role, rolePolicy, rolePolicyAttachment, user, accessKey];

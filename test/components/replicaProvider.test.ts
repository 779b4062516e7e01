import * as aws from "@pulumi/aws";
import { replicaAccessProblems } from "../../components/internal/replicaProvider";
import { OTHER_ACCOUNT, settle, startMocks } from "./mocks";

const roleArn = `arn:aws:iam::${OTHER_ACCOUNT}:role/backup/replica-deployer`;
const provider = undefined;

describe("the way to a replica in another account", () => {
  it.each([
    ["none", undefined],
    ["a role", { roleArn }],
    ["a role with an external id", { roleArn, externalId: "a:b/c" }],
    ["a role of another partition", { roleArn: roleArn.replace("arn:aws:", "arn:aws-us-gov:") }],
  ])("may be %s", (_, assumeRole) => {
    expect(replicaAccessProblems({ assumeRole, provider })).toEqual([]);
  });

  it.each([
    ["a name", "replica-deployer"],
    ["a user", `arn:aws:iam::${OTHER_ACCOUNT}:user/me`],
    ["a session", `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/replica-deployer/me`],
    ["an ARN without an account", "arn:aws:iam:::role/replica-deployer"],
  ])("fails when the role is %s", (_, wrong) => {
    expect(replicaAccessProblems({ assumeRole: { roleArn: wrong }, provider })).toEqual([
      `replicaAssumeRole.roleArn must be an ARN like arn:aws:iam::<account>:role/<name>, got "${wrong}"; ` +
        "it decides the replica's account, so it can't be an output",
    ]);
  });

  it("fails when the external id is too short, without showing it", () => {
    expect(replicaAccessProblems({ assumeRole: { roleArn, externalId: "x" }, provider })).toEqual([
      "replicaAssumeRole.externalId must be 2-1224 characters of letters, digits and _+=,.@:/-, " +
        "got 1 characters; use the one in the role's trust policy",
    ]);
  });

  it("fails when it is given twice, and may be a provider alone", async () => {
    await startMocks();
    const given = new aws.Provider("mine", { region: "eu-west-1" });
    expect(replicaAccessProblems({ assumeRole: { roleArn }, provider: given })).toEqual([
      "replicaAssumeRole and the option replicaProvider both say how to reach the replica's account; keep one of them",
    ]);
    expect(replicaAccessProblems({ assumeRole: undefined, provider: given })).toEqual([]);
    await settle();
  });
});

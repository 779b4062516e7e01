/** What the doctor takes for granted of the components. */
import { LIMITS } from "../../components/internal/defaults";
import { sharingStatements } from "../../components/internal/repository/bucketSharing";
import { DATABASES_PER_ROLE } from "../../runner/doctor/attackedRoles";
import { handMadeAllows } from "../../runner/doctor/handMadeAllows";
import { DUMP_ROLE, policyOf, PRIMARY } from "../runner/doctorFixtures";

it("as many databases share a role as the doctor counts", () => {
  expect(DATABASES_PER_ROLE).toBe(LIMITS.databasesPerGroup);
});

describe("an Allow in a bucket policy", () => {
  const shared = sharingStatements({
    bucketArn: `arn:aws:s3:::${PRIMARY}`,
    replicationSource: { accountId: "210987654321", roleArn: "arn:aws:iam::210987654321:role/replication" },
    readers: { accountId: "210987654321", roleArns: ["arn:aws:iam::210987654321:role/restorer"] },
  });

  it("is a component's when it is as components write it", () => {
    expect(shared.map(({ Sid }) => Sid)).toEqual(["AllowReplication", "AllowReaders", "AllowListing"]);
    expect(handMadeAllows([...policyOf(PRIMARY), ...shared])).toEqual([]);
  });

  it.each<[string, object]>([
    ["names a role", { Principal: { AWS: DUMP_ROLE } }],
    ["lets everyone in", { Principal: "*" }],
    ["names somebody beside the account", { Principal: { ...(shared[1]!.Principal as object), Service: "x" } }],
    ["names nobody", { Principal: undefined }],
    ["allows more", { Action: ["s3:GetObject", "s3:DeleteObject"] }],
    ["allows all but something", { Action: undefined }],
    ["has another name", { Sid: "Mine" }],
  ])("is made by hand when it %s", (_, change) => {
    const changed = { ...shared[1]!, ...change } as never;
    expect(handMadeAllows([changed])).toEqual(["Sid" in change ? "Mine" : "AllowReaders"]);
  });

  it("is told where it has no Sid", () => {
    expect(handMadeAllows([{ Effect: "Allow", Principal: "*", Action: "s3:*" }])).toEqual(["without a Sid"]);
  });
});

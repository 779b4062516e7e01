import type { CheckResult } from "../../runner/doctor/check";
import { examination } from "../../runner/doctor/examination";
import { foreignPolicies } from "../../runner/doctor/roles";
import { type Answer, doctorContext, type Input, policyOf, PRIMARY, REPLICA, role } from "./doctorFixtures";

const first = async (answers: Record<string, Answer>) => {
  const [one] = (await examination(doctorContext(answers))).filter(({ status }: CheckResult) => status !== "ok");
  return one && [one.id, one.subject, one.status, one.detail];
};
/** What is found when the primary's policy is changed. */
const withPolicy = (change: (statements: any[]) => unknown) => {
  const statements = policyOf(PRIMARY);
  change(statements);
  return first({
    GetBucketPolicy: ({ Bucket }) => ({
      Policy: JSON.stringify({ Statement: Bucket === PRIMARY ? statements : policyOf(Bucket) }),
    }),
  });
};

describe("the doctor finds in a bucket policy", () => {
  it.each([PRIMARY, REPLICA])("each denial that is missing from the policy of %s", async (bucket) => {
    const whole = policyOf(bucket);
    for (const left of whole) {
      const rest = whole.filter((statement) => statement !== left);
      const answers = {
        GetBucketPolicy: ({ Bucket }: Input) => ({
          Policy: JSON.stringify({ Statement: Bucket === bucket ? rest : policyOf(Bucket) }),
        }),
      };
      const found = await first(answers);
      expect(found?.slice(0, 3)).toEqual(["bucket.policy", bucket, "finding"]);
    }
  });

  it("an Allow that somebody wrote, even where all else is denied, and none that a component wrote", async () => {
    const added = (statement: object) => withPolicy((statements) => statements.push(statement));
    const Resource = [`arn:aws:s3:::${PRIMARY}/*`];
    const mine = { Sid: "Mine", Effect: "Allow", Principal: { AWS: role("reader") }, Action: "s3:GetObject", Resource };
    expect(await added(mine)).toEqual([
      ...["bucket.policy", PRIMARY, "finding"],
      "it has an Allow that no component wrote (Mine): give rights to roles, and take it out",
    ]);
    const account = { AWS: "arn:aws:iam::210987654321:root" };
    expect(await added({ ...mine, Sid: "AllowReaders", Principal: account })).toBeUndefined();
  });

  it("denials that are narrowed, or of somebody alone", async () => {
    const changed = (change: (statement: any) => unknown) => withPolicy((statements) => change(statements[1]));
    const policy = ["bucket.policy", PRIMARY, "finding"];
    const expected = [...policy, "s3:DeleteObject is not denied: backups can be hidden behind delete markers"];
    expect(await changed((one) => (one.Condition = { StringEquals: { "aws:PrincipalArn": "x" } }))).toEqual(expected);
    expect(await changed((one) => (one.Principal = { AWS: "arn:aws:iam::1:role/x" }))).toEqual(expected);
    expect(await changed((one) => (one.Principal = { AWS: "*" }))).toBeUndefined();
  });

  it.each(["dumps/", "manifests/", "verifications/", "drills/"])("a denial that leaves out %s", async (prefix) => {
    const others = ["dumps/", "manifests/", "verifications/", "drills/"].filter((one) => one !== prefix);
    const to = (prefixes: string[]) => (statements: any[]) => {
      statements[1].Resource = prefixes.map((one) => `arn:aws:s3:::${PRIMARY}/${one}*`);
    };
    expect((await withPolicy(to(others)))?.[3]).toBe(
      `s3:DeleteObject is not denied below ${prefix}: backups can be hidden behind delete markers`,
    );
    expect(await withPolicy(to([...others, prefix]))).toBeUndefined();
  });

  const admins = (...patterns: string[]) =>
    withPolicy((statements) => {
      for (const { Condition } of statements) {
        if (Condition?.ArnNotLike) Condition.ArnNotLike = { "aws:PrincipalArn": patterns };
      }
    });
  it.each(["*", "arn:aws:iam::*:role/*", role("*"), "arn:aws:iam::*:user/*", "arn:aws:iam::*", "${aws:PrincipalArn}"])(
    "administrators who are anybody: %s",
    async (pattern) => {
      expect(await admins(role("admin"), pattern)).toEqual([
        "bucket.policy",
        PRIMARY,
        "finding",
        [
          "s3:DeleteObjectVersion is not denied: versions can be deleted once their lock ends",
          "s3:BypassGovernanceRetention is not denied: locks can be lifted",
          "s3:PutBucketPolicy is not denied: the policy itself can be replaced",
          "s3:PutBucketVersioning is not denied: versioning can be suspended",
          "s3:PutBucketObjectLockConfiguration is not denied: the default lock can be taken away",
          "s3:PutLifecycleConfiguration is not denied: everything can be made to expire",
          "s3:PutReplicationConfiguration is not denied: replication can be stopped",
          `"${pattern}" takes anybody for an administrator: name them`,
        ].join("; "),
      ]);
    },
  );

  it.each([
    role("admin-*"),
    role("aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*"),
    "arn:aws:iam::*:role/deployer",
    "arn:aws:iam::123456789012:user/root-of-all",
    "arn:aws:iam::123456789012:root",
  ])("nothing in administrators who are named: %s", async (pattern) => {
    expect(await admins(pattern)).toBeUndefined();
  });
});

describe("the doctor finds in a role", () => {
  const policies = (...names: string[]) => first({ ListRolePolicies: () => ({ PolicyNames: names }) });
  const why = "its own policy is one, named after it: delete what is not the component's";

  it.each([
    ["another inline policy", ["shop-dump-policy-0a1b2c3", "more"], "more"],
    [
      "one whose name only begins like its own",
      ["shop-dump-policy-0a1b2c3", "shop-dump-policy-x"],
      "shop-dump-policy-x",
    ],
    [
      "two that could be its own",
      ["shop-dump-policy-0a1b2c3", "shop-dump-policy-fffffff"],
      "shop-dump-policy-0a1b2c3, shop-dump-policy-fffffff",
    ],
  ])("%s", async (_, names, told) => {
    const detail = `somebody wrote ${told} into it; ${why}`;
    expect(await policies(...names)).toEqual(["role", "shop-dump", "finding", detail]);
  });

  it("an inline policy on a later page", async () => {
    const pages = ({ RoleName, Marker }: Input) =>
      Marker === undefined
        ? { PolicyNames: [`${RoleName}-policy`], IsTruncated: true, Marker: "next" }
        : { PolicyNames: [Marker], IsTruncated: false };
    expect((await first({ ListRolePolicies: pages }))?.[3]).toBe(`somebody wrote next into it; ${why}`);
  });

  it("nothing where the component's policy is named as the role, with both suffixes or none", async () => {
    expect(foreignPolicies("shop-dump-1234567", ["shop-dump-policy-0a1b2c3"])).toEqual([]);
    expect(foreignPolicies("shop-dump", ["shop-dump-policy"])).toEqual([]);
    expect(foreignPolicies("shop-dump-1234567", ["other-policy-0a1b2c3"])).toEqual(["other-policy-0a1b2c3"]);
  });
});

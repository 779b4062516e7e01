import { ObjectLockMode, RepositorySide, Tier } from "../../components";
import { type BucketPolicyInput, bucketPolicyStatements } from "../../components/internal/repository/bucketPolicy";
import { bucketPolicySizeProblems } from "../../components/internal/repository/bucketPolicySize";
import { policyJson } from "../../components/internal/policyDocument";
import { repositoryProblems } from "../../components/internal/repository/repositoryProblems";
import { deniedBy } from "./policyEvaluator";

const LIMIT_BYTES = 20_480;
const LONG_BUCKET = `arn:aws:s3:::${"b".repeat(63)}`;
const SHORT_BUCKET = "arn:aws:s3:::b";

/** Tiers with names of 20 characters, each with a lock of its own. */
const tiers = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    name: `tier-${"x".repeat(13)}${String(i).padStart(2, "0")}`,
    tier: Tier.Daily,
    lockDays: 36_400 + 5 * i,
    expireDays: 36_500,
  }));

const policy = (count: number, bucketArn: string, more: Partial<BucketPolicyInput> = {}) =>
  bucketPolicyStatements({
    side: RepositorySide.Primary,
    bucketArn,
    keyArn: `arn:aws:kms:ap-northeast-1:111111111111:key/${"k".repeat(36)}`,
    adminPrincipalArns: ["arn:aws:iam::111111111111:role/admin"],
    lockMode: ObjectLockMode.Compliance,
    tiers: tiers(count),
    evidenceRetentionDays: 36_500,
    ...more,
  });

const bytes = (statements: ReturnType<typeof policy>) => Buffer.byteLength(policyJson(statements));

describe("the primary's bucket policy", () => {
  it("fits S3's 20 KB with 20 tiers of the longest names and different locks", () => {
    expect(tiers(20).map(({ name }) => name.length)).toEqual(Array(20).fill(20));
    expect(bytes(policy(20, LONG_BUCKET))).toBeLessThanOrEqual(LIMIT_BYTES);
  });

  it("lists the days that are allowed only where ranges of days would be too long", () => {
    const bounds = (count: number) =>
      new Set(policy(count, LONG_BUCKET).flatMap((s) => /^Deny(Long|Short|Other)Lock\d/.exec(s.Sid)?.[1] ?? []));
    expect(bounds(14)).toEqual(new Set(["Long", "Short"]));
    expect(bounds(15)).toEqual(new Set(["Other"]));
  });

  describe.each([
    ["ranges", SHORT_BUCKET, "Long", "Short"],
    ["lists", LONG_BUCKET, "Other", "Other"],
  ])("with %s of days", (_, bucketArn, above, below) => {
    const statements = policy(20, bucketArn);
    const denied = (action: string, key: string, lock: Record<string, string>) =>
      deniedBy(statements, {
        action: `s3:${action}`,
        resource: `${bucketArn}/${key}`,
        keys: {
          "aws:SecureTransport": "true",
          "s3:TlsVersion": "1.3",
          "aws:PrincipalArn": "arn:aws:iam::111111111111:role/dump",
          "s3:ObjectCreationOperation": "false",
          ...lock,
        },
      });
    const lockOf = (days: number) => ({
      "s3:object-lock-mode": "COMPLIANCE",
      "s3:object-lock-remaining-retention-days": String(days),
    });

    it.each(tiers(20).map(({ name, lockDays }) => [name, lockDays] as const))(
      "bounds the locks of %s from both sides",
      (name, lockDays) => {
        for (const kind of ["dumps", "manifests"]) {
          const key = `${kind}/${name}/orders/x`;
          for (const action of ["PutObject", "PutObjectRetention"]) {
            const verdicts = [-5, -3, -2, 0, 1, 2, 5].map((by) => denied(action, key, lockOf(lockDays + by)));
            const [tooLong, tooShort] = [[`Deny${above}Lock${lockDays}`], [`Deny${below}Lock${lockDays}`]];
            expect(verdicts).toEqual([tooShort, tooShort, [], [], [], tooLong, tooLong]);
            expect(denied(action, key, {})).toEqual([]);
          }
        }
      },
    );

    it("refuses keys of other tiers", () => {
      expect(denied("PutObject", "dumps/tier/orders/x", {})).toEqual(["DenyUnknownPrefixes"]);
    });
  });
});

/** Where every name that is known only later is as long as it can be. */
const longest = (adminPrincipalArns: string[]) =>
  policy(20, LONG_BUCKET.replace("aws", "aws-us-gov"), {
    keyArn: `arn:aws-us-gov:kms:ap-northeast-1:111111111111:key/${"k".repeat(36)}`,
    adminPrincipalArns,
  });

describe("tiers and administrators of a repository", () => {
  const administrators = (characters: number) => [`arn:aws:iam::111111111111:role/${"r".repeat(characters)}`];

  it("fit one policy at the most of both that is usual", () => {
    expect(bucketPolicySizeProblems(undefined, undefined)).toEqual([]);
    expect(bucketPolicySizeProblems(tiers(20), undefined)).toEqual([]);
    expect(bucketPolicySizeProblems(tiers(14), administrators(1500))).toEqual([]);
    const alike = tiers(20).map((tier) => ({ ...tier, lockDays: 30 }));
    expect(bucketPolicySizeProblems(alike, administrators(1500))).toEqual([]);
  });

  it("fails when S3 would refuse their policy", () => {
    const adminPrincipalArns = administrators(1500);
    const problem =
      `tiers and adminPrincipalArns make a bucket policy of up to ${bytes(longest(adminPrincipalArns))} bytes, S3 takes 20480; ` +
      "got 20 tiers with 20 different lockDays: give tiers the same lockDays, use fewer of them, or put a * into the patterns";
    expect(bucketPolicySizeProblems(tiers(20), adminPrincipalArns)).toEqual([problem]);
    const args = { replicaRegion: "eu-west-1", adminPrincipalArns, evidenceRetentionDays: 36_500 };
    expect(repositoryProblems({ ...args, tiers: tiers(20) }, undefined)).toEqual([problem]);
    expect(repositoryProblems({ ...args, tiers: tiers(14) }, undefined)).toEqual([]);
  });

  it("are judged to the byte, by the longest names that a bucket can get", () => {
    const isRefused = (characters: number) =>
      bucketPolicySizeProblems(tiers(20), administrators(characters)).length > 0;
    const most = Array.from({ length: 400 }, (_, characters) => characters).findLast((n) => !isRefused(n))!;
    expect(isRefused(most + 1)).toBe(true);
    const real = bytes(longest(administrators(most)));
    // Every pattern is there twice, so two bytes are the smallest step.
    expect(LIMIT_BYTES - real).toBeGreaterThanOrEqual(0);
    expect(LIMIT_BYTES - real).toBeLessThan(2);
  });
});

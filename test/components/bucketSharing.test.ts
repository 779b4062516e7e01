import { ObjectLockMode, RepositorySide, Tier } from "../../components";
import { bucketPolicyStatements } from "../../components/internal/repository/bucketPolicy";
import { sharingStatements } from "../../components/internal/repository/bucketSharing";

const BUCKET = "arn:aws-us-gov:s3:::b";
const ACCOUNT = "111111111111";
const ROLE = `arn:aws-us-gov:iam::${ACCOUNT}:role/orders-replication`;
const DRILL = `arn:aws-us-gov:iam::${ACCOUNT}:role/orders-drill-*`;

describe("what a bucket lets other accounts do", () => {
  it("is nothing within one account", () => {
    expect(sharingStatements({ bucketArn: BUCKET })).toEqual([]);
  });

  it("is for the replication role to copy objects and make them the bucket's own, and nothing else", () => {
    const replicationSource = { accountId: ACCOUNT, roleArn: ROLE };
    expect(sharingStatements({ bucketArn: BUCKET, replicationSource })).toEqual([
      {
        Sid: "AllowReplication",
        Effect: "Allow",
        Principal: { AWS: `arn:aws-us-gov:iam::${ACCOUNT}:root` },
        Action: ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"],
        Resource: `${BUCKET}/*`,
        Condition: { ArnLike: { "aws:PrincipalArn": [ROLE] } },
      },
    ]);
  });

  it("is for readers to list, and to read objects with their locks", () => {
    const [objects, bucket, ...more] = sharingStatements({
      bucketArn: BUCKET,
      readers: { accountId: ACCOUNT, roleArns: [DRILL] },
    });
    const roles = {
      Effect: "Allow",
      Principal: { AWS: `arn:aws-us-gov:iam::${ACCOUNT}:root` },
      Condition: { ArnLike: { "aws:PrincipalArn": [DRILL] } },
    };
    const reading = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"];
    expect(objects).toEqual({ Sid: "AllowReaders", ...roles, Action: reading, Resource: `${BUCKET}/*` });
    expect(bucket).toEqual({
      Sid: "AllowListing",
      ...roles,
      Action: ["s3:ListBucket", "s3:ListBucketVersions"],
      Resource: BUCKET,
    });
    expect(more).toEqual([]);
  });

  it("takes nothing from the statements that deny", () => {
    const input = {
      side: RepositorySide.Replica,
      bucketArn: BUCKET,
      keyArn: `arn:aws-us-gov:kms:us-gov-west-1:${ACCOUNT}:key/k`,
      adminPrincipalArns: [ROLE],
      lockMode: ObjectLockMode.Governance,
      tiers: [{ name: "daily", tier: Tier.Daily, lockDays: 35, expireDays: 35 }],
      evidenceRetentionDays: 400,
    };
    const shared = bucketPolicyStatements({ ...input, replicationSource: { accountId: ACCOUNT, roleArn: ROLE } });
    expect(shared.filter((s) => s.Effect === "Deny")).toEqual(bucketPolicyStatements(input));
    expect(shared.map((s) => s.Sid)).toContain("AllowReplication");
  });
});

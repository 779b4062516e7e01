/** What a run deploys: the product's own repository with a lock of one day, and three roles to try it with. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { BackupRepository, Tier } from "../../components";

/** Settings of one run. */
export interface ProgramArgs {
  /** Prefix of every name; unique for each run. */
  name: string;
  replicaRegion: string;
  tags: Record<string, string>;
}

type Allow = [actions: string | string[], resources: pulumi.Input<string>[]];

function role(name: string, tags: Record<string, string>, ...allowed: Allow[]): pulumi.Output<string> {
  const account = aws.getCallerIdentityOutput().accountId;
  const made = new aws.iam.Role(name, {
    assumeRolePolicy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: pulumi.interpolate`arn:aws:iam::${account}:root` },
          Action: "sts:AssumeRole",
        },
      ],
    }),
    tags,
  });
  const Statement = allowed.map(([Action, Resource]) => ({ Effect: "Allow", Action, Resource }));
  const policy = new aws.iam.RolePolicy(name, {
    role: made.name,
    policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement }),
  });
  return pulumi.all([made.arn, policy.id]).apply(([arn]) => arn);
}

/** Nothing here is locked for longer than a day: the monthly tier only judges uploads that are never completed. */
export function program({ name, replicaRegion, tags }: ProgramArgs) {
  const repository = new BackupRepository(name, {
    replicaRegion,
    tiers: [
      { tier: Tier.Daily, expireDays: 1, lockDays: 1, transitions: [] },
      { tier: Tier.Monthly, expireDays: 30, lockDays: 30, transitions: [] },
    ],
    evidenceRetentionDays: 1,
    deletionProtection: false,
    accessLogs: false,
    tags,
  });
  const { primaryBucketArn, replicaBucketArn, primaryKmsKeyArn, replicaKmsKeyArn } = repository;
  const buckets = [primaryBucketArn, replicaBucketArn];
  const objects = buckets.map((arn) => pulumi.interpolate`${arn}/*`);
  return {
    primaryBucketName: repository.primaryBucketName,
    replicaBucketName: repository.replicaBucketName,
    primaryKmsKeyArn,
    replicaKmsKeyArn,
    replicationRoleArn: repository.replicationRoleArn,
    /** May what a dump may. */
    writerRoleArn: role(
      `${name}-writer`,
      tags,
      [["s3:PutObject", "s3:PutObjectRetention", "s3:AbortMultipartUpload"], [objects[0]!]],
      [["kms:GenerateDataKey", "kms:Decrypt"], [primaryKmsKeyArn]],
    ),
    /** May what a freshness check may: no key. */
    readerRoleArn: role(
      `${name}-reader`,
      tags,
      ["s3:ListBucket", buckets],
      [["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"], objects],
    ),
    /** May everything with the buckets, and is no administrator of the repository. */
    outsiderRoleArn: role(
      `${name}-outsider`,
      tags,
      ["s3:*", [...buckets, ...objects]],
      ["kms:*", [primaryKmsKeyArn, replicaKmsKeyArn]],
    ),
  };
}

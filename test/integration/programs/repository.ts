/** One repository, changed from run to run. */
import * as aws from "@pulumi/aws";
import { BackupRepository, ObjectLockMode, Tier } from "../../../components";

/** What a run may change; plain data. */
export interface RepositoryProgramArgs {
  expireDays?: number;
  compliance?: boolean;
  /** Encrypts the primary with a key of the program's own. */
  ownKey?: boolean;
  bucketName?: string;
  replicaRegion?: string;
  tags?: Record<string, string>;
}

export function program(args: RepositoryProgramArgs): Record<string, unknown> {
  const key = new aws.kms.Key("own", { enableKeyRotation: true });
  const repository = new BackupRepository(
    "kept",
    {
      replicaRegion: args.replicaRegion ?? "eu-west-1",
      tiers: [{ tier: Tier.Daily, expireDays: args.expireDays ?? 120 }],
      objectLockMode: args.compliance ? ObjectLockMode.Compliance : undefined,
      acknowledgeIrreversible: args.compliance,
      primaryKmsKeyArn: args.ownKey ? key.arn : undefined,
      tags: args.tags,
    },
    {
      transform: {
        bucket: (bucket, _, name) => {
          if (args.bucketName !== undefined && name === "kept-primary") bucket.bucket = args.bucketName;
        },
      },
    },
  );
  return { primary: repository.primaryBucketName, replica: repository.replicaBucketName };
}

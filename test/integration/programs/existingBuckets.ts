/** A repository on a bucket that is there already. */
import { BackupRepository } from "../../../components";

export function program(args: { bucketName: string }): Record<string, unknown> {
  const repository = new BackupRepository("kept", {
    replicaRegion: "eu-west-1",
    existingPrimaryBucketName: args.bucketName,
  });
  return { primary: repository.primaryBucketName, replica: repository.replicaBucketName };
}

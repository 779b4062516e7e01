/** A repository whose replica is in another account. */
import { BackupRepository } from "../../../components";

export function program(args: { roleArn: string; externalId: string }): Record<string, unknown> {
  const repository = new BackupRepository("kept", { replicaRegion: "eu-west-1", replicaAssumeRole: args });
  return {
    primary: repository.primaryBucketName,
    replica: repository.replicaBucketName,
    replicaKey: repository.replicaKmsKeyArn,
    replicaAccountId: repository.replicaAccountId,
    restorer: repository.restorerRoleArn,
    replicaRestorer: repository.replicaRestorerRoleArn,
    replicaLogs: repository.replicaLogBucketName,
  };
}

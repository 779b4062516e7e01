import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { dumpPrefix, manifestKey, Tier } from "../../../runner/contract";
import { clientOptions } from "../../support/standin/clients";
import type { Reporter, StepResult } from "../console";
import { DATABASE, type Deployed, PRIMARY_REGION, REPLICA_REGION, type Servers } from "../world";
import type { Verdict } from "./dump";

export interface StoredVersion {
  key: string;
  versionId: string;
}

/** 5: every object of the recovery point is in the other region, the same version, as long locked, under that region's key. */
export async function checkReplica(
  servers: Servers,
  { outputs }: Deployed,
  verdict: Verdict,
  report: Reporter,
): Promise<StepResult<StoredVersion[]>> {
  const at = { tier: Tier.Daily, database: DATABASE, id: verdict.recoveryPointId };
  const keys = [`${dumpPrefix(at)}database.pgdump.zst`, manifestKey(at)];
  const client = (region: string) =>
    new S3Client(clientOptions(servers.standin, servers.tls, servers.ground.deployer, region));
  const [primary, replica] = [client(PRIMARY_REGION), client(REPLICA_REGION)];
  const stored: StoredVersion[] = [];
  const details: string[] = [];
  for (const key of keys) {
    report.now(key);
    const source = await primary.send(new HeadObjectCommand({ Bucket: outputs.primaryBucketName, Key: key }));
    const copy = await replica.send(
      new HeadObjectCommand({ Bucket: outputs.replicaBucketName, Key: key, VersionId: source.VersionId }),
    );
    const agree =
      source.ReplicationStatus === "COMPLETED" &&
      copy.ReplicationStatus === "REPLICA" &&
      copy.ContentLength === source.ContentLength &&
      copy.ObjectLockMode === source.ObjectLockMode &&
      copy.ObjectLockRetainUntilDate?.getTime() === source.ObjectLockRetainUntilDate?.getTime() &&
      source.ObjectLockMode !== undefined &&
      copy.SSEKMSKeyId !== source.SSEKMSKeyId;
    if (!agree)
      throw new Error(`${key}: the replica does not agree with the source: ${JSON.stringify({ source, copy })}`);
    stored.push({ key, versionId: source.VersionId! });
    details.push(
      `${key.split("/").pop()}: same version, ${copy.ObjectLockMode} until ${copy.ObjectLockRetainUntilDate!.toISOString()}, key of ${REPLICA_REGION}`,
    );
  }
  return { value: stored, headline: `${keys.length} objects are in ${REPLICA_REGION}`, details };
}

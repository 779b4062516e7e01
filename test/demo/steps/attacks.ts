import {
  DeleteObjectCommand,
  HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { clientOptions } from "../../support/standin/clients";
import type { Credentials } from "../../support/standin/standin";
import type { Reporter, StepResult } from "../console";
import { expectRefused, probeRunnerRole } from "../probe";
import { DATABASE, type Deployed, PRIMARY_REGION, REPLICA_REGION, type Servers } from "../world";
import type { StoredVersion } from "./replication";

type Attempts = Record<string, () => Promise<unknown>>;

function deletions(client: S3Client, bucket: string, { key, versionId }: StoredVersion): Attempts {
  const version = { Bucket: bucket, Key: key, VersionId: versionId };
  return {
    "delete a locked version": () => client.send(new DeleteObjectCommand(version)),
    "hide it behind a delete marker": () => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
  };
}

function protectionChanges(client: S3Client, bucket: string, { key, versionId }: StoredVersion): Attempts {
  return {
    "delete it, bypassing governance": () =>
      client.send(
        new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, BypassGovernanceRetention: true }),
      ),
    "suspend versioning": () =>
      client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Suspended" } })),
    "take the default lock away": () =>
      client.send(
        new PutObjectLockConfigurationCommand({
          Bucket: bucket,
          ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
        }),
      ),
    "expire everything tomorrow": () =>
      client.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: bucket,
          LifecycleConfiguration: {
            Rules: [{ ID: "x", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }],
          },
        }),
      ),
    "write a forged object": () => client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "forged" })),
  };
}

async function tryAll(attempts: Attempts): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    results[name] = await attempt().then(
      () => "done",
      (error: Error) => error.name,
    );
  }
  return results;
}

/** 9: attacks that must fail, by the runner's role, by somebody with every right in the account, and by an administrator. */
export async function attack(
  servers: Servers,
  { outputs }: Deployed,
  stored: StoredVersion[],
  report: Reporter,
): Promise<StepResult<void>> {
  const s3 = (credentials: Credentials, region: string) =>
    new S3Client({ ...clientOptions(servers.standin, servers.tls, credentials, region), maxAttempts: 1 });
  const manifest = stored.find((s) => s.key.startsWith("manifests/"))!;
  const { deployer, powerUser } = servers.ground;
  report.now("with the runner's role");
  const runner = await probeRunnerRole(servers, outputs, {
    bucket: outputs.primaryBucketName,
    own: `dumps/daily/${DATABASE}/probe`,
    other: "",
    lockMode: "GOVERNANCE",
    retainUntil: new Date(Date.now() + 120 * 86_400_000).toISOString(),
    manifest,
  });
  const lines = expectRefused("runner", runner);
  for (const [side, bucket, region] of [
    ["primary", outputs.primaryBucketName, PRIMARY_REGION],
    ["replica", outputs.replicaBucketName, REPLICA_REGION],
  ] as const) {
    report.now(`on the ${side}`);
    const power = s3(powerUser, region);
    lines.push(
      ...expectRefused(
        `user with every right, ${side}`,
        await tryAll({ ...deletions(power, bucket, manifest), ...protectionChanges(power, bucket, manifest) }),
      ),
      ...expectRefused(
        `administrator without bypass, ${side}`,
        await tryAll(deletions(s3(deployer, region), bucket, manifest)),
      ),
    );
    for (const { key, versionId } of stored) {
      const head = await s3(deployer, region).send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      if (head.VersionId !== versionId)
        throw new Error(`${key} in ${bucket} is version ${head.VersionId} after the attacks, was ${versionId}`);
    }
  }
  return { value: undefined, headline: `${lines.length} attacks refused, every object is as it was`, details: lines };
}

// needs: postgres, standin, awscli, zstd
import path from "node:path";
import { GetObjectCommand, ListObjectsV2Command, PutBucketReplicationCommand } from "@aws-sdk/client-s3";
import { ensureAwsCli } from "../support/awsCli";
import { seedRealisticData, tableChecksums, throwawayPostgres, type ThrowawayPostgres } from "../support/postgres";
import { bench, bucket, next, root, useBench } from "../support/standin/s3Fixtures";
import { bundle, startProcess } from "./backupGround";
import { folderOf, stockShell } from "./stockShell";

useBench();
const REPLICA_REGION = "eu-west-1";
let source: ThrowawayPostgres;
let aws: string;
beforeAll(async () => {
  [source, aws] = await Promise.all([
    throwawayPostgres({ dir: path.join(bench.dir, "pg"), tls: bench.tls }),
    ensureAwsCli(),
  ]);
  await seedRealisticData(source.settings, { orders: 500 });
}, 900_000);
afterAll(() => source?.stop());

/** A bucket, and one in another region that gets a copy of everything put into it. */
async function replicatedBuckets(): Promise<{ primary: string; replica: string }> {
  const [primary, replica] = [await bucket(), await bucket({ region: REPLICA_REGION })];
  const Role = await bench.role(next("replication"), "s3.amazonaws.com", [
    { Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource: `arn:aws:s3:::${primary}` },
    {
      Action: ["s3:GetObjectVersion*", "s3:GetObjectRetention", "s3:GetObjectLegalHold"],
      Resource: `arn:aws:s3:::${primary}/*`,
    },
    { Action: "s3:ReplicateObject", Resource: `arn:aws:s3:::${replica}/*` },
  ]);
  const rule = { ID: "all", Priority: 1, Status: "Enabled" as const, Filter: { Prefix: "" } };
  const DeleteMarkerReplication = { Status: "Disabled" as const };
  const Rules = [{ ...rule, DeleteMarkerReplication, Destination: { Bucket: `arn:aws:s3:::${replica}` } }];
  const ReplicationConfiguration = { Role, Rules };
  await root.send(new PutBucketReplicationCommand({ Bucket: primary, ReplicationConfiguration }));
  return { primary, replica };
}

/** The manifest's lines with the replica's place instead of the primary's, as its remark proposes. */
function fromReplica(lines: string[]): string[] {
  return lines.flatMap((line) =>
    line.startsWith("# BUCKET=") ? [line.slice("# ".length)] : line.startsWith("BUCKET=") ? [] : [line],
  );
}

it("the manifest's commands restore every row from the replica in the other region", async () => {
  const { primary, replica } = await replicatedBuckets();
  const backup = await startProcess(bundle(bench.dir), ["backup", "--no-verify"], {
    ...bench.standin.env(),
    ...source.env,
    PATH: process.env.PATH!,
    BACKUP321_DATABASE: "orders",
    BACKUP321_BUCKET: primary,
    BACKUP321_REPLICA_BUCKET: replica,
    BACKUP321_REPLICA_REGION: REPLICA_REGION,
    BACKUP321_TIERS: '[{"name":"daily","tier":"daily","lockDays":35,"expireDays":35}]',
    BACKUP321_TIER: "daily",
    BACKUP321_LOCK_MODE: "GOVERNANCE",
  }).ended;
  expect([backup.code, backup.code === 0 ? "" : backup.stderr]).toEqual([0, ""]);
  const listed = await root.send(new ListObjectsV2Command({ Bucket: primary, Prefix: "manifests/" }));
  const { Body } = await root.send(new GetObjectCommand({ Bucket: primary, Key: listed.Contents![0]!.Key }));
  const lines = fromReplica(JSON.parse(await Body!.transformToString()).restoreCommands);
  expect(lines.filter((line) => line.startsWith("BUCKET="))).toEqual([`BUCKET=${replica} REGION=${REPLICA_REGION}`]);

  const env = { ...bench.standin.env(), ...source.env, RESTORE_TO: "by_hand" };
  const tools = [...folderOf(aws), source.binDir];
  const { status, output } = await stockShell(lines, { dir: bench.dir, tools, env });
  expect([status, status === 0 ? "" : output]).toEqual([0, ""]);
  expect(await tableChecksums({ ...source.settings, database: "by_hand" })).toEqual(
    await tableChecksums(source.settings),
  );
}, 120_000);

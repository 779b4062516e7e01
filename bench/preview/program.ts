/** A stack of one repository with as many databases as asked for, or with one list of them. Reports its own peak memory at its end. */
import { writeFileSync } from "node:fs";
import { DatabaseBackup, type DatabaseArgs } from "pulumi-backup321";
import type { ListedDatabase } from "../../runner/contract";
import * as aws from "@pulumi/aws";

/** What the bench asks for. */
export interface PreviewProgramArgs {
  count: number;
  /** `list`: one list in S3 instead of an argument for each. `plain`: a yardstick, as many roles with a policy and no component. */
  shape: "databases" | "list" | "plain";
  accessLogs: boolean;
  /** File that gets the peak memory in KiB. */
  memoryFile: string;
}

const secret = (name: string): string => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`;
const nameOf = (i: number): string => `db-${String(i).padStart(5, "0")}`;
/** Four schedules and two groups, as a real fleet has. */
const HOURS = [0, 1, 2, 3];

function fromArguments(count: number): { databases: DatabaseArgs[] } {
  const databases = Array.from({ length: count }, (_, i) => ({
    name: nameOf(i),
    secretArn: secret(nameOf(i)),
    securityGroupId: `sg-${String(i % 2).padStart(17, "0")}`,
    scheduleExpression: `cron(0 ${HOURS[i % HOURS.length]} * * ? *)`,
  }));
  return { databases };
}

function fromList(count: number) {
  const list: ListedDatabase[] = Array.from({ length: count }, (_, i) => ({
    name: nameOf(i),
    secretArn: secret(nameOf(i)),
  }));
  const bucket = new aws.s3.Bucket("lists", {});
  const object = new aws.s3.BucketObjectv2("databases", {
    bucket: bucket.bucket,
    key: "databases.json",
    content: JSON.stringify(list),
  });
  return { databaseList: { bucketName: object.bucket, key: "databases.json", secretNamePrefix: "db-" } };
}

function plainRoles(count: number): void {
  const Statement = [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::example/*" }];
  const trust = [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }];
  const document = (statements: unknown[]): string => JSON.stringify({ Version: "2012-10-17", Statement: statements });
  for (let i = 0; i < count; i++) {
    const role = new aws.iam.Role(nameOf(i), { assumeRolePolicy: document(trust) });
    new aws.iam.RolePolicy(nameOf(i), { role: role.name, policy: document(Statement) }, { parent: role });
  }
}

export function program({ count, shape, accessLogs, memoryFile }: PreviewProgramArgs): void {
  process.once("exit", () => writeFileSync(memoryFile, String(process.resourceUsage().maxRSS)));
  if (shape === "plain") return plainRoles(count);
  new DatabaseBackup("fleet", {
    ...(shape === "databases" ? fromArguments(count) : fromList(count)),
    accessLogs,
    // Ten resources more, whatever the databases; like drills and alerts it can be left out.
    doctor: false,
    image: `registry.example/backup321-runner@sha256:${"0".repeat(64)}`,
    vpcId: "vpc-00000000000000000",
    subnetIds: ["subnet-00000000000000000"],
    replicaRegion: "eu-west-1",
  });
}

import * as pulumi from "@pulumi/pulumi";
import type { AlertChannelArgs, AlertsArgs } from "../../alertArgs";
import type { DatabaseBackupArgs } from "../../databaseBackupArgs";
import type { DumpArgs } from "../../dumpArgs";
import type { DatabaseFreshnessArgs, FreshnessThresholdsArgs } from "../../freshnessArgs";
import type { DatabaseDrillArgs, DrillArgs, DrillAssertionArgs } from "../../restoreDrillArgs";
import type {
  AssumeRoleArgs,
  DatabaseArgs,
  DatabaseListArgs,
  RdsIamAuthArgs,
  TierArgs,
  TransitionArgs,
  VpcEndpointsArgs,
} from "../../types";

/** What an argument is; `input` and `inputs` may be outputs, of a text and of a list of texts. `tags` are the provider's to check. */
type Shape = "string" | "number" | "boolean" | "input" | "inputs" | "tags" | ObjectShape | readonly [Shape];
interface ObjectShape {
  fields: Readonly<Record<string, Shape>>;
  needs: readonly string[];
}

/** Held to the interface by the compiler: a name that one of the two lacks is an error. */
const shapeOf = <T>(fields: Record<keyof Required<T>, Shape>, ...needs: (keyof T & string)[]): ObjectShape => ({
  fields,
  needs,
});

const TRANSITION = shapeOf<TransitionArgs>({ storageClass: "string", days: "number" }, "storageClass", "days");
const TIER = shapeOf<TierArgs>(
  { tier: "string", name: "string", expireDays: "number", lockDays: "number", transitions: [TRANSITION] },
  "tier",
  "expireDays",
);
const RDS_IAM_AUTH = shapeOf<RdsIamAuthArgs>(
  { host: "input", resourceId: "input", username: "string", databaseName: "string" },
  ...(["host", "resourceId", "username", "databaseName"] as const),
);
const DUMP = shapeOf<DumpArgs>({
  shape: "string",
  workers: "number",
  compressionLevel: "number",
  maxMiBPerSecond: "number",
  allowStandby: "boolean",
  maxReplayLagSeconds: "number",
  ageRecipients: ["string"],
  rolePasswords: "boolean",
  excludeTableData: ["string"],
});
const ASSERTION = shapeOf<DrillAssertionArgs>({ name: "string", sql: "string" }, "name", "sql");
const DRILL = shapeOf<DrillArgs>(
  {
    serverImage: "input",
    nextMajorServerImage: "input",
    databases: ["string"],
    scheduleExpression: "string",
    scheduleTimezone: "string",
    rtoMinutes: "number",
    inReplicaRegion: "boolean",
    vpcId: "input",
    subnetIds: "inputs",
    timeoutMinutes: "number",
    maxConcurrency: "number",
    cpu: "number",
    memoryMiB: "number",
    scratchGiB: "number",
    identitySecretArn: "input",
    identitySecretKmsKeyArn: "input",
  },
  "serverImage",
);
const CHANNEL = shapeOf<AlertChannelArgs>(
  { kind: "string", secretArn: "input", signingSecretArn: "input", eventsUrl: "string" },
  ...(["kind", "secretArn"] as const),
);
const ALERTS = shapeOf<AlertsArgs>({
  channels: [CHANNEL],
  replicaChannels: [CHANNEL],
  secretKmsKeyArns: ["input"],
  digestScheduleExpression: "string",
  pingSecretArn: "input",
  replicaPingSecretArn: "input",
});
const FRESHNESS = shapeOf<DatabaseFreshnessArgs>({
  minStoredBytes: "number",
  thresholds: shapeOf<FreshnessThresholdsArgs>({
    minStoredPercent: "number",
    minRowsPercent: "number",
    minTablesPercent: "number",
    maxIncompressiblePercent: "number",
    maxMoreExcludedTables: "number",
  }),
});
const DATABASE = shapeOf<DatabaseArgs>(
  {
    name: "string",
    secretArn: "input",
    secretKmsKeyArn: "input",
    rdsIamAuth: RDS_IAM_AUTH,
    securityGroupId: "input",
    port: "number",
    sslMode: "string",
    sslRootCertPath: "string",
    tiers: ["string"],
    scheduleExpression: "string",
    scheduleTimezone: "string",
    rpoMinutes: "number",
    dump: DUMP,
    drill: shapeOf<DatabaseDrillArgs>({ rtoMinutes: "number", assertions: [ASSERTION], serverImage: "input" }),
    freshness: FRESHNESS,
    estimatedDumpGiB: "number",
  },
  "name",
);
const ARGUMENTS = shapeOf<DatabaseBackupArgs>(
  {
    databases: [DATABASE],
    databaseList: shapeOf<DatabaseListArgs>(
      { bucketName: "input", key: "string", secretNamePrefix: "string" },
      ...(["bucketName", "key", "secretNamePrefix"] as const),
    ),
    image: "input",
    vpcId: "input",
    subnetIds: "inputs",
    replicaRegion: "string",
    preset: "string",
    replicaAssumeRole: shapeOf<AssumeRoleArgs>({ roleArn: "string", externalId: "string" }, "roleArn"),
    scheduleExpression: "string",
    scheduleTimezone: "string",
    flexibleWindowMinutes: "number",
    rpoMinutes: "number",
    timeoutMinutes: "number",
    maxConcurrency: "number",
    tiers: [TIER],
    objectLockMode: "string",
    acknowledgeIrreversible: "boolean",
    evidenceRetentionDays: "number",
    replicationTimeControl: "boolean",
    accessLogs: "boolean",
    primaryKmsKeyArn: "input",
    replicaKmsKeyArn: "input",
    existingPrimaryBucketName: "input",
    existingReplicaBucketName: "input",
    adminPrincipalArns: ["string"],
    replicaAdminPrincipalArns: ["string"],
    restorerPrincipalArns: ["string"],
    deletionProtection: "boolean",
    alertEmails: ["string"],
    alerts: ALERTS,
    drill: DRILL,
    doctor: "boolean",
    doctorIntervalDays: "number",
    cpu: "number",
    memoryMiB: "number",
    bufferBudgetMiB: "number",
    cpuArchitecture: "string",
    dump: DUMP,
    vpcEndpoints: shapeOf<VpcEndpointsArgs>({ routeTableIds: "inputs" }, "routeTableIds"),
    tags: "tags",
  },
  ...(["image", "vpcId", "subnetIds", "replicaRegion"] as const),
);

/** What is wrong with the shape of arguments. */
export interface ShapeProblems {
  /** Names that are no arguments: the rest can be judged all the same. */
  unknown: string[];
  /** What nothing else can be judged with. */
  unusable: string[];
}

/** Letters by which two names may differ for one to be meant by the other. */
const TYPOS = 2;

/** Letters to add, drop or change to make one name of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/** What to write in place of a name that is none. */
function meant(name: string, known: readonly string[]): string {
  const near = known.find((one) => distance(name.toLowerCase(), one.toLowerCase()) <= TYPOS);
  return near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`;
}

/** What a value is, without it: it may be a secret in the wrong place. */
function kindOf(value: unknown): string {
  if (value === null) return "null; leave it out for its default";
  if (Array.isArray(value)) return "a list";
  return typeof value === "string"
    ? "a text"
    : typeof value === "object"
      ? "an object"
      : `the ${typeof value} ${JSON.stringify(value)}`;
}

function judge(at: string, value: unknown, shape: Shape, found: ShapeProblems): void {
  const isLater = pulumi.Output.isInstance(value) || value instanceof Promise;
  if (value === undefined || shape === "tags" || (isLater && (shape === "input" || shape === "inputs"))) return;
  const refuse = (wanted: string, got = kindOf(value)): void =>
    void found.unusable.push(`${at} must be ${wanted}, got ${got}`);
  if (isLater) {
    found.unusable.push(`${at} can't be an output; what is made depends on it, so give a plain value`);
  } else if (Array.isArray(shape) || shape === "inputs") {
    if (!Array.isArray(value)) return refuse("a list");
    value.forEach((one, i) => judge(`${at}[${i}]`, one, shape === "inputs" ? "input" : (shape[0] as Shape), found));
  } else if (typeof shape === "object") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("an object");
    judgeFields(`${at}.`, value, shape as ObjectShape, found);
  } else if (typeof value !== (shape === "input" ? "string" : shape)) {
    const wanted = { number: "a number", boolean: "true or false", string: "a text", input: "a text" }[shape];
    const isQuoted = typeof value === "string" && shape !== "string" && shape !== "input";
    refuse(wanted, isQuoted ? `"${value}"; write it without quotes` : undefined);
  }
}

function judgeFields(at: string, value: object, { fields, needs }: ObjectShape, found: ShapeProblems): void {
  for (const name of needs) {
    if ((value as Record<string, unknown>)[name] === undefined) found.unusable.push(`${at}${name} must be given`);
  }
  for (const [name, one] of Object.entries(value)) {
    if (Object.hasOwn(fields, name)) judge(`${at}${name}`, one, fields[name]!, found);
    else if (one !== undefined) found.unknown.push(`${at}${name} is no argument; ${meant(name, Object.keys(fields))}`);
  }
}

/** Problems that the compiler finds in a TypeScript program. Arguments from a stack's configuration have seen no compiler. */
export function shapeProblems(args: DatabaseBackupArgs): ShapeProblems {
  const found: ShapeProblems = { unknown: [], unusable: [] };
  judgeFields("", args, ARGUMENTS, found);
  return found;
}

import type { BackupRunnerArgs } from "../../backupRunnerArgs";
import { CpuArchitecture, ObjectLockMode } from "../../types";
import { runDatabasesProblems } from "./databaseProblems";
import { DEFAULTS, LIMITS } from "../defaults";
import { dumpProblems } from "./dumpSettings";
import { fargateSizeProblems } from "./fargateSize";
import { egressProblems } from "./network";
import { imageProblems } from "./image";
import { readSchedule } from "../schedule";
import { tierProblems } from "../tierProblems";
import { enumProblems, keyArnProblems, regionProblems, topicArnProblems, wholeNumberProblems } from "../validate";

/** Problem of no subnets, or too many. */
export function subnetProblems(subnetIds: BackupRunnerArgs["subnetIds"] | undefined): string[] {
  if (!Array.isArray(subnetIds) || (subnetIds.length >= 1 && subnetIds.length <= LIMITS.subnets)) return [];
  return [`subnetIds must hold 1 to ${LIMITS.subnets} subnets, got ${subnetIds.length}; a task needs a network`];
}

function endpointProblems(endpoints: BackupRunnerArgs["vpcEndpoints"]): string[] {
  const tables = endpoints?.routeTableIds;
  if (!Array.isArray(tables) || tables.length > 0) return [];
  return ["vpcEndpoints.routeTableIds must hold at least one route table, got 0; tasks would find no way to S3"];
}

/** What a run needs, whoever starts it: databases, image, size, schedule. Shared with DatabaseBackup. */
export type RunSettings = Partial<BackupRunnerArgs> & Pick<BackupRunnerArgs, "image" | "replicaRegion">;

/** Problems of everything but where the repository is. */
export function runSettingsProblems(args: RunSettings): string[] {
  const memoryMiB = args.memoryMiB ?? DEFAULTS.memoryMiB;
  const bufferBudgetMiB = args.bufferBudgetMiB ?? DEFAULTS.bufferBudgetMiB;
  const problems = [
    ...runDatabasesProblems(args),
    ...imageProblems(args.image),
    ...regionProblems("replicaRegion", args.replicaRegion),
    ...tierProblems(args.tiers),
    ...enumProblems("objectLockMode", args.objectLockMode, ObjectLockMode),
    ...enumProblems("cpuArchitecture", args.cpuArchitecture, CpuArchitecture),
    ...fargateSizeProblems(args.cpu ?? DEFAULTS.cpu, memoryMiB),
    ...wholeNumberProblems("bufferBudgetMiB", args.bufferBudgetMiB, 16, 16384),
    ...wholeNumberProblems("timeoutMinutes", args.timeoutMinutes, 1, LIMITS.timeoutMinutes),
    ...wholeNumberProblems("maxConcurrency", args.maxConcurrency, 1, LIMITS.mapConcurrency),
    ...subnetProblems(args.subnetIds),
    ...endpointProblems(args.vpcEndpoints),
    ...egressProblems(args.databases ?? [], args.vpcEndpoints !== undefined),
    ...wholeNumberProblems("flexibleWindowMinutes", args.flexibleWindowMinutes, 0, LIMITS.flexibleWindowMinutes),
    ...readSchedule(
      args.scheduleExpression ?? DEFAULTS.scheduleExpression,
      args.scheduleTimezone ?? DEFAULTS.scheduleTimezone,
    ).problems,
    ...topicArnProblems("alarmTopicArn", args.alarmTopicArn),
    ...dumpProblems("dump.", args.dump),
  ];
  if (memoryMiB < bufferBudgetMiB + LIMITS.memoryOverheadMiB) {
    problems.push(
      `memoryMiB must be at least bufferBudgetMiB + ${LIMITS.memoryOverheadMiB} (${bufferBudgetMiB + LIMITS.memoryOverheadMiB}), ` +
        `got ${memoryMiB}; raise it or lower bufferBudgetMiB`,
    );
  }
  return problems;
}

/** Every problem of a runner's arguments that can be known before anything is registered. */
export function runnerProblems(args: BackupRunnerArgs): string[] {
  const problems = [...runSettingsProblems(args), ...keyArnProblems("primaryKmsKeyArn", args.primaryKmsKeyArn)];
  const listBucket = args.databaseList?.bucketName;
  if (typeof listBucket === "string" && [args.primaryBucketName, args.replicaBucketName].includes(listBucket)) {
    problems.push(
      `databaseList.bucketName must not be a bucket of the repository, got "${listBucket}"; nothing in it can be changed: ` +
        "keep the list in another bucket",
    );
  }
  return problems;
}

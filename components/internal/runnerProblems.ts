import { isDatabaseName } from "../../runner/contract";
import type { BackupRunnerArgs } from "../backupRunner";
import { CpuArchitecture, type DatabaseArgs, ObjectLockMode, SslMode } from "../types";
import { DEFAULTS, LIMITS } from "./defaults";
import { fargateSizeProblems } from "./fargateSize";
import { readSchedule } from "./schedule";
import { checksCertificate } from "./taskDefinitions";
import {
  arnProblems,
  keyArnProblems,
  regionProblems,
  tierProblems,
  topicArnProblems,
  wholeNumberProblems,
} from "./validate";

function enumProblems(argument: string, value: string | undefined, allowed: object): string[] {
  const values = Object.values(allowed) as string[];
  return value === undefined || values.includes(value)
    ? []
    : [`${argument} must be one of ${values.join(", ")}, got "${value}"`];
}

/** Problems of a secret's ARN. Its value is not shown: it may be the secret itself, put there by mistake. */
function secretProblems(argument: string, secretArn: DatabaseArgs["secretArn"]): string[] {
  if (typeof secretArn === "string" && /:secret:\w+![\w-]+$/.test(secretArn)) {
    return [
      `${argument} is a secret that an AWS service manages (its name holds a !), with user name and password alone; tasks would not ` +
        "start: give a secret with host, port, username, password and dbname",
    ];
  }
  const example = "arn:aws:secretsmanager:<region>:<account>:secret:<name>";
  return arnProblems(argument, secretArn, "secretsmanager", /^secret:[\w/+=.@-]+$/, example, false);
}

function subnetProblems(subnetIds: BackupRunnerArgs["subnetIds"] | undefined): string[] {
  if (!Array.isArray(subnetIds) || (subnetIds.length >= 1 && subnetIds.length <= LIMITS.subnets)) return [];
  return [`subnetIds must hold 1 to ${LIMITS.subnets} subnets, got ${subnetIds.length}; a task needs a network`];
}

/** Problems of one database; `where` is put before argument names, as `databases[0].`. */
export function databaseProblems(database: DatabaseArgs, where: string, nameArgument = `${where}name`): string[] {
  const { name, secretArn, secretKmsKeyArn, port, sslMode, sslRootCertPath } = database;
  const problems = isDatabaseName(name)
    ? []
    : [
        `${nameArgument} must be 1-63 characters of a-z, 0-9 and inner hyphens, got "${name}"; it is a segment of every key`,
      ];
  problems.push(
    ...secretProblems(`${where}secretArn`, secretArn),
    ...keyArnProblems(`${where}secretKmsKeyArn`, secretKmsKeyArn),
    ...wholeNumberProblems(`${where}port`, port, 1, 65535),
    ...enumProblems(`${where}sslMode`, sslMode, SslMode),
  );
  if (checksCertificate(sslMode) && sslRootCertPath === undefined) {
    problems.push(
      `${where}sslRootCertPath is needed for ${where}sslMode ${sslMode}; give the path of a PEM file in the image, or "system"`,
    );
  }
  if (sslRootCertPath !== undefined && sslRootCertPath !== "system" && !sslRootCertPath.startsWith("/")) {
    problems.push(
      `${where}sslRootCertPath must be an absolute path in the image, or "system", got "${sslRootCertPath}"`,
    );
  }
  return problems;
}

function databasesProblems(databases: readonly DatabaseArgs[]): string[] {
  if (databases.length === 0) return ["databases must hold at least one database"];
  if (databases.length > LIMITS.databasesPerRunner) {
    return [
      `databases must hold at most ${LIMITS.databasesPerRunner}, got ${databases.length}; use several BackupRunners on one repository`,
    ];
  }
  const names = databases.map((database) => database.name);
  const twice = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
  return twice.map((name) => `databases: "${name}" appears twice; each needs a name of its own in the repository`);
}

/** What a run needs, whoever starts it: image, size, schedule. Shared with DatabaseBackup. */
export type RunSettings = Partial<Omit<BackupRunnerArgs, "databases">> &
  Pick<BackupRunnerArgs, "image" | "replicaRegion">;

/** Problems of everything but the databases. */
export function runSettingsProblems(args: RunSettings): string[] {
  const memoryMiB = args.memoryMiB ?? DEFAULTS.memoryMiB;
  const bufferBudgetMiB = args.bufferBudgetMiB ?? DEFAULTS.bufferBudgetMiB;
  const problems = [
    ...(/@sha256:[0-9a-f]{64}$/.test(args.image)
      ? []
      : [
          `image must be pinned by digest (<repository>@sha256:<64 hex digits>), got "${args.image}"; a tag can change under a backup`,
        ]),
    ...regionProblems("replicaRegion", args.replicaRegion),
    ...tierProblems(args.tiers),
    ...enumProblems("objectLockMode", args.objectLockMode, ObjectLockMode),
    ...enumProblems("cpuArchitecture", args.cpuArchitecture, CpuArchitecture),
    ...fargateSizeProblems(args.cpu ?? DEFAULTS.cpu, memoryMiB),
    ...wholeNumberProblems("bufferBudgetMiB", args.bufferBudgetMiB, 16, 16384),
    ...wholeNumberProblems("timeoutMinutes", args.timeoutMinutes, 1, LIMITS.timeoutMinutes),
    ...wholeNumberProblems("maxConcurrency", args.maxConcurrency, 1, LIMITS.mapConcurrency),
    ...subnetProblems(args.subnetIds),
    ...wholeNumberProblems("flexibleWindowMinutes", args.flexibleWindowMinutes, 0, LIMITS.flexibleWindowMinutes),
    ...readSchedule(
      args.scheduleExpression ?? DEFAULTS.scheduleExpression,
      args.scheduleTimezone ?? DEFAULTS.scheduleTimezone,
    ).problems,
    ...topicArnProblems("alarmTopicArn", args.alarmTopicArn),
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
  return [
    ...databasesProblems(args.databases),
    ...args.databases.flatMap((database, i) => databaseProblems(database, `databases[${i}].`)),
    ...runSettingsProblems(args),
    ...keyArnProblems("primaryKmsKeyArn", args.primaryKmsKeyArn),
  ];
}

import { isDatabaseName } from "../../../runner/contract";
import type { DumpArgs } from "../../dumpArgs";
import { type DatabaseArgs, type DatabaseListArgs, type RdsIamAuthArgs, SslMode, type TierArgs } from "../../types";
import { databaseGroupProblems } from "./databaseGroups";
import type { ScheduleDefaults } from "./databaseSchedules";
import { databaseSourceProblems } from "./databaseSource";
import { dumpProblems } from "./dumpSettings";
import { DEFAULTS, LIMITS, tierPolicies } from "../defaults";
import { readSchedule } from "../schedule";
import { checksCertificate } from "./taskDefinitions";
import { tierChoiceProblems } from "../tiers";
import { enumProblems, keyArnProblems, patternProblems, secretArnProblems, wholeNumberProblems } from "../validate";

/** Which databases there are, and what they share unless they say otherwise. */
export interface RunDatabases extends ScheduleDefaults {
  databases?: DatabaseArgs[] | undefined;
  databaseList?: DatabaseListArgs | undefined;
  tiers?: TierArgs[] | undefined;
  dump?: DumpArgs | undefined;
}

/** Problems of the secret of a database. */
function secretProblems(argument: string, secretArn: DatabaseArgs["secretArn"]): string[] {
  if (typeof secretArn === "string" && /:secret:\w+![\w-]+$/.test(secretArn)) {
    return [
      `${argument} is a secret that an AWS service manages (its name holds a !), with user name and password alone; tasks would not ` +
        "start: give a secret with host, port, username, password and dbname",
    ];
  }
  return secretArnProblems(argument, secretArn);
}

/** What ends up in a policy must hold no wildcard. */
function rdsIamAuthProblems(where: string, auth: RdsIamAuthArgs | undefined): string[] {
  if (auth === undefined) return [];
  const { host, resourceId, username, databaseName } = auth;
  return [
    ...patternProblems(`${where}host`, host, /^[A-Za-z0-9.-]{1,253}$/, "the host name of an endpoint"),
    ...patternProblems(
      `${where}resourceId`,
      resourceId,
      /^(?:db|cluster|prx)-[A-Za-z0-9]+$/,
      "a resource id like db-ABCDEFGHIJKL01234, cluster-... or prx-..., not the instance's name",
    ),
    ...patternProblems(
      `${where}username`,
      username,
      /^[A-Za-z_][\w$.@-]{0,62}$/,
      "a user of 1-63 characters of A-Z, a-z, 0-9 and _$.@-, starting with a letter or _",
    ),
    ...patternProblems(
      `${where}databaseName`,
      databaseName,
      // eslint-disable-next-line no-control-regex -- these are what is refused
      /^[^\u0000-\u001f=]{1,63}$/,
      "a database of 1-63 characters, without control characters and =",
    ),
  ];
}

function signInProblems(database: DatabaseArgs, where: string): string[] {
  const { secretArn, secretKmsKeyArn, rdsIamAuth } = database;
  const problems: string[] = [];
  if ((secretArn === undefined) === (rdsIamAuth === undefined)) {
    problems.push(
      `${where}secretArn or ${where}rdsIamAuth must be given, got ${secretArn === undefined ? "neither" : "both"}; ` +
        "the task signs in by one of them",
    );
  }
  if (secretKmsKeyArn !== undefined && secretArn === undefined) {
    problems.push(`${where}secretKmsKeyArn is the key of ${where}secretArn, which is not given; remove it`);
  }
  return [
    ...problems,
    ...secretProblems(`${where}secretArn`, secretArn),
    ...keyArnProblems(`${where}secretKmsKeyArn`, secretKmsKeyArn),
    ...rdsIamAuthProblems(`${where}rdsIamAuth.`, rdsIamAuth),
  ];
}

function encryptionProblems({ sslMode, sslRootCertPath }: DatabaseArgs, where: string): string[] {
  const problems = enumProblems(`${where}sslMode`, sslMode, SslMode);
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

/** Problems of the database's own schedule. What it does not say itself is reported as the component's. */
function scheduleProblems(database: DatabaseArgs, where: string, defaults: ScheduleDefaults): string[] {
  const own = (["scheduleExpression", "scheduleTimezone"] as const).filter((name) => database[name] !== undefined);
  if (own.length === 0) return [];
  return readSchedule(
    database.scheduleExpression ?? defaults.scheduleExpression ?? DEFAULTS.scheduleExpression,
    database.scheduleTimezone ?? defaults.scheduleTimezone ?? DEFAULTS.scheduleTimezone,
  )
    .problems.filter((problem) => own.some((name) => problem.startsWith(name)))
    .map((problem) => where + problem);
}

/** Problems of one database; `where` is put before argument names, as `databases[0].`. */
function databaseProblems(database: DatabaseArgs, where: string, { tiers, dump, ...defaults }: RunDatabases): string[] {
  const { name, port } = database;
  return [
    ...(isDatabaseName(name)
      ? []
      : [
          `${where}name must be 1-63 characters of a-z, 0-9 and inner hyphens, got "${name}"; it is a segment of every key`,
        ]),
    ...signInProblems(database, where),
    ...wholeNumberProblems(`${where}port`, port, 1, 65535),
    ...encryptionProblems(database, where),
    ...tierChoiceProblems(`${where}tiers`, tierPolicies(tiers), database.tiers),
    ...scheduleProblems(database, where, defaults),
    ...dumpProblems(`${where}dump.`, database.dump, dump),
  ];
}

function namedProblems(databases: readonly DatabaseArgs[], source: RunDatabases): string[] {
  if (databases.length === 0) return ["databases must hold at least one database"];
  if (databases.length > LIMITS.databasesPerRunner) {
    return [
      `databases must hold at most ${LIMITS.databasesPerRunner}, got ${databases.length}; ` +
        "use databaseList, or several BackupRunners on one repository",
    ];
  }
  const names = databases.map((database) => database.name);
  const twice = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
  return [
    ...twice.map((name) => `databases: "${name}" appears twice; each needs a name of its own in the repository`),
    ...databases.flatMap((database, i) => databaseProblems(database, `databases[${i}].`, source)),
    ...databaseGroupProblems(databases),
  ];
}

/** Problems of a list in S3, its key excepted. The prefix ends up in a policy, so it must hold no wildcard. */
function listProblems({ bucketName, secretNamePrefix }: DatabaseListArgs): string[] {
  return [
    ...patternProblems("databaseList.bucketName", bucketName, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket's name"),
    ...patternProblems(
      "databaseList.secretNamePrefix",
      secretNamePrefix,
      /^[\w/+=.@-]{3,256}$/,
      "3-256 characters of A-Z, a-z, 0-9 and /_+=.@-",
    ),
  ];
}

/** Every problem of the databases, named or listed. */
export function runDatabasesProblems(args: RunDatabases): string[] {
  const { databases, databaseList } = args;
  return [
    ...databaseSourceProblems(args),
    ...(databases ? namedProblems(databases, args) : []),
    ...(databaseList ? listProblems(databaseList) : []),
  ];
}

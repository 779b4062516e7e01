import { isDatabaseName } from "../../../runner/contract";
import type { FreshnessCheckArgs } from "../../freshnessCheck";
import { type FreshnessDatabaseArgs, ObjectLockMode, RepositorySide } from "../../types";
import { databaseSourceProblems } from "../runner/databaseSource";
import { LIMITS, tierPolicies } from "../defaults";
import { databaseFreshnessProblems } from "./thresholdProblems";
import { RPO_LIMIT_MINUTES } from "../runTiming";
import { tierProblems } from "../tierProblems";
import { tierChoiceProblems } from "../tiers";
import {
  keyArnProblems,
  metricNamespaceProblems,
  regionProblems,
  secretArnProblems,
  topicArnProblems,
  wholeNumberProblems,
} from "../validate";

/** Problems of the databases that are judged. */
function databasesProblems(databases: readonly FreshnessDatabaseArgs[], tiers: FreshnessCheckArgs["tiers"]): string[] {
  if (databases.length === 0) return ["databases must hold at least one database"];
  if (databases.length > LIMITS.databasesPerRunner) {
    return [
      `databases must hold at most ${LIMITS.databasesPerRunner}, got ${databases.length}; use databaseList, or several FreshnessChecks`,
    ];
  }
  const names = databases.map((database) => database.name);
  const isTiersSound = tierProblems(tiers).length === 0;
  return databases.flatMap(({ name, rpoMinutes, tiers: chosen, ...own }, i) => {
    const where = `databases[${i}]`;
    const problems = [
      ...wholeNumberProblems(`${where}.rpoMinutes`, rpoMinutes, 1, RPO_LIMIT_MINUTES),
      ...wholeNumberProblems(`${where}.drillIntervalDays`, own.drillIntervalDays, 1, LIMITS.evidenceIntervalDays),
      ...databaseFreshnessProblems(`${where}.`, own),
    ];
    if (!isDatabaseName(name)) {
      problems.push(`${where}.name must be 1-63 characters of a-z, 0-9 and inner hyphens, got "${name}"`);
    } else if (names.indexOf(name) !== i) {
      problems.push(`databases: "${name}" appears twice; remove one`);
    }
    if (isTiersSound) problems.push(...tierChoiceProblems(`${where}.tiers`, tierPolicies(tiers), chosen));
    return problems;
  });
}

/** Every problem of a check's arguments that can be known before anything is registered. */
export function freshnessProblems(args: FreshnessCheckArgs): string[] {
  const problems: string[] = [];
  if (!Object.values(RepositorySide).includes(args.side)) {
    problems.push(`side must be one of ${Object.values(RepositorySide).join(", ")}, got "${String(args.side)}"`);
  }
  if (args.objectLockMode !== undefined && !Object.values(ObjectLockMode).includes(args.objectLockMode)) {
    problems.push(
      `objectLockMode must be one of ${Object.values(ObjectLockMode).join(", ")}, got "${String(args.objectLockMode)}"`,
    );
  }
  return [
    ...databaseSourceProblems(args),
    ...(args.databases ? databasesProblems(args.databases, args.tiers) : []),
    ...problems,
    ...metricNamespaceProblems(args.metricNamespace),
    ...regionProblems("region", args.region),
    ...wholeNumberProblems("rpoMinutes", args.rpoMinutes, 1, RPO_LIMIT_MINUTES),
    ...wholeNumberProblems("timeoutMinutes", args.timeoutMinutes, 1, LIMITS.timeoutMinutes),
    ...tierProblems(args.tiers),
    ...topicArnProblems("alarmTopicArn", args.alarmTopicArn),
    ...wholeNumberProblems("drillIntervalDays", args.drillIntervalDays, 1, LIMITS.evidenceIntervalDays),
    ...wholeNumberProblems("doctorIntervalDays", args.doctorIntervalDays, 1, LIMITS.evidenceIntervalDays),
    ...secretArnProblems("pingSecretArn", args.pingSecretArn),
    ...(args.pingSecretKmsKeyArns ?? []).flatMap((arn, i) => keyArnProblems(`pingSecretKmsKeyArns[${i}]`, arn)),
  ];
}

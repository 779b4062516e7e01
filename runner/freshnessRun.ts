import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { type ListLocation, MAX_LIST_BYTES, parseDatabaseList } from "./databaseList";
import { problemsError } from "./errors";
import type { Judgement } from "./freshness";
import { type CheckFailure, checkSide, isAllGood, type SideCheck } from "./freshnessCheck";
import type { FreshnessConfig } from "./freshnessConfig";
import type { FreshnessDatabase } from "./freshnessContract";
import type { DoctorJudgement } from "./freshnessEvidence";
import type { Side } from "./freshnessFacts";
import { freshnessMetrics, listMetrics, metricBatches } from "./freshnessMetrics";
import { readText } from "./repository/readText";
import type { Repository } from "./repository/repository";

/** What a check of named databases returns. */
export interface FreshnessResult {
  side: Side;
  judgements: Judgement[];
  /** Null where the doctor is not judged. */
  doctor: DoctorJudgement | null;
}

/** What a check of a list returns, and logs: it must fit a log line and an answer, however many are on the list. */
export interface ListResult {
  side: Side;
  /** How many are on the list. */
  databases: number;
  /** How many of them are not healthy, or could not be judged. */
  unhealthyDatabases: number;
  /** The first 100 of those, each with its first three problems; `backup321 status` tells the rest. */
  unhealthy: { database: string; problems: string[] }[];
  /** What is wrong by the doctor, or with it. */
  doctorProblems: string[];
}

/** What a check works with. */
export interface FreshnessDependencies {
  /** The side to judge. */
  repository: Repository;
  /** Opens the bucket that a list is in. */
  openList: (location: ListLocation) => Pick<Repository, "read" | "close">;
  /** Sends what fits one call. */
  publish: (data: MetricDatum[]) => Promise<void>;
  /** Logs the result of a list, whose metrics name nobody. */
  log: (result: ListResult) => void;
  /** Tells a dead-man's switch that all is well; absent where there is none. */
  ping?: (() => Promise<void>) | undefined;
  clock: () => Date;
}

const MAX_SHOWN = 100;
const MAX_PROBLEMS_EACH = 3;
const MAX_LIST_PROBLEMS = 10;

async function databasesOf(
  config: FreshnessConfig,
  location: ListLocation,
  { openList }: FreshnessDependencies,
): Promise<FreshnessDatabase[]> {
  const list = openList(location);
  try {
    const text = await readText(list, "database list", location.key, MAX_LIST_BYTES);
    const { entries, problems } = parseDatabaseList(text, config.tiers);
    const where = `s3://${location.bucket}/${location.key}`;
    if (problems.length > 0) {
      const named = problems.map((problem) => `${where}${problem}`);
      throw problemsError("database list", "usage", named, MAX_LIST_PROBLEMS);
    }
    return entries.map(({ secretArn: _, rpoMinutes = config.rpoMinutes, ...own }) => ({ ...own, rpoMinutes }));
  } finally {
    list.close();
  }
}

function summaryOf({ side, judgements, failures, doctor }: SideCheck): ListResult {
  const ill = judgements.filter((judgement) => !judgement.healthy);
  const unhealthy = [
    ...failures.map(({ database, message }) => ({ database, problems: [message] })),
    ...ill.map(({ database, problems }) => ({
      database,
      problems: problems.slice(0, MAX_PROBLEMS_EACH).map(({ message }) => message),
    })),
  ];
  return {
    side,
    databases: judgements.length + failures.length,
    unhealthyDatabases: unhealthy.length,
    unhealthy: unhealthy.slice(0, MAX_SHOWN),
    doctorProblems: (doctor?.problems ?? []).map(({ message }) => message),
  };
}

function refuseFailures(failures: readonly CheckFailure[]): void {
  if (failures.length === 0) return;
  const messages = failures.map(({ database, message }) => `database "${database}": ${message}`);
  throw problemsError("freshness", "preflight", messages, MAX_SHOWN);
}

/**
 * Judges every database of this side and publishes metrics, some for each named database, some in all for a list. Tells a
 * dead-man's switch of it when nothing is wrong with any of them: silence is what it is to hear otherwise.
 *
 * @throws StageError when the list is malformed, with nothing published, so that the silence raises the alarm; or when a
 *   database could not be judged, after the others were published; whatever the ping fails with, at the end
 */
export async function runFreshness(
  dependencies: FreshnessDependencies,
  config: FreshnessConfig,
): Promise<FreshnessResult | ListResult> {
  const { repository, publish, clock } = dependencies;
  const isList = "bucket" in config.databases;
  const databases =
    "bucket" in config.databases ? await databasesOf(config, config.databases, dependencies) : config.databases;
  const check = await checkSide(repository, { ...config, databases }, clock());
  const data = isList
    ? listMetrics(check, config.repositoryName)
    : freshnessMetrics(check, config.repositoryName, config.hasDetailedMetrics);
  for (const batch of metricBatches(data)) await publish(batch);
  const result = isList ? summaryOf(check) : { side: check.side, judgements: check.judgements, doctor: check.doctor };
  if ("unhealthy" in result) dependencies.log(result);
  refuseFailures(check.failures);
  if (isAllGood(check)) await dependencies.ping?.();
  return result;
}

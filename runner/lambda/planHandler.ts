import { EnvReader, repositoryConfig } from "../config";
import { ENV, isDatabaseName } from "../contract";
import { problemsError } from "../errors";
import { type BackupPlan, planBackup } from "../plan";
import { S3Repository } from "../repository/s3Repository";
import { tiersOfDatabase } from "../tierPolicies";

/** Input of the plan state. Other fields, such as the scheduled time, pass unread. */
export interface PlanEvent {
  /** The database to back up. */
  database: string;
  /** Names of the repository's tiers that it uses; absent or null: all of them. */
  tiers?: string[] | null;
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

/**
 * Chooses the tier of a database's next recovery point.
 * @throws StageError `usage` with every problem of input and environment
 */
export async function handler(event: PlanEvent): Promise<BackupPlan> {
  const reader = new EnvReader(process.env);
  const { problems } = reader;
  const { database, tiers: given } = event ?? {};
  if (typeof database !== "string" || !isDatabaseName(database)) {
    problems.push(`input "database" must be a database's name in the repository, got ${JSON.stringify(database)}`);
  }
  const config = repositoryConfig(reader);
  const all = reader.tierPolicies(ENV.tiers);
  const names = given ?? undefined;
  const isReadable = names === undefined || isNames(names);
  if (!isReadable) problems.push(`input "tiers" must be an array of tier names, got ${JSON.stringify(names)}`);
  const own = isReadable && all.length > 0 ? tiersOfDatabase(all, names) : { tiers: [], problems: [] };
  problems.push(...own.problems.map((problem) => `input "tiers": ${problem}`));
  if (problems.length > 0) throw problemsError("plan", "usage", problems);
  const repository = new S3Repository(config);
  try {
    return await planBackup(repository, database, own.tiers, new Date());
  } finally {
    repository.close();
  }
}

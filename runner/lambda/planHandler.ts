import { EnvReader, repositoryConfig } from "../config";
import { ENV, isDatabaseName } from "../contract";
import { StageError } from "../errors";
import { type BackupPlan, planBackup } from "../plan";
import { S3Repository } from "../repository/s3Repository";

/** Input of the plan state: the database to back up. Other fields, such as the scheduled time, pass unread. */
export interface PlanEvent {
  database: string;
}

/** Chooses the tier of a database's next recovery point. */
export async function handler(event: PlanEvent): Promise<BackupPlan> {
  if (typeof event?.database !== "string" || !isDatabaseName(event.database)) {
    const got = JSON.stringify(event?.database);
    throw new StageError("plan", "usage", `input "database" must be a database's name in the repository, got ${got}`);
  }
  const reader = new EnvReader(process.env);
  const config = repositoryConfig(reader);
  const tiers = reader.tierPolicies(ENV.tiers);
  reader.finish("plan");
  const repository = new S3Repository(config);
  try {
    return await planBackup(repository, event.database, tiers, new Date());
  } finally {
    repository.close();
  }
}

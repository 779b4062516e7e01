import { Command } from "commander";
import { type BackupEvent, type BackupResult, runBackup } from "../backup";
import { backupConfig, type Env } from "../config";
import { PostgresSource } from "../dump/postgres";
import { createLogger } from "../logger";
import { awsConnectionClients } from "../postgres/awsConnection";
import { connectionSettings, connectionSource } from "../postgres/connectionSource";
import { S3Repository } from "../repository/s3Repository";
import { TOOL } from "../version";
import { orInterrupted } from "./options";
import { randomBase32 } from "./randomBase32";
import { messageOf, problemsError, StageError } from "../errors";

const PROGRESS_EVERY_MS = 10_000;

/** Reads both halves of the environment and reports the problems of both in one error. */
function configuration(env: Env) {
  const problems: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof StageError) || error.exit !== "usage") throw error;
      problems.push(messageOf(error));
      return undefined;
    }
  };
  const config = attempt(() => backupConfig(env));
  const connection = attempt(() => connectionSource(env));
  if (!config || !connection) throw problemsError("backup", "usage", problems);
  return { config, connection };
}

/** Runs one backup with the configuration of an environment. */
async function backupFromEnvironment(env: Env, signal: AbortSignal): Promise<BackupResult> {
  const { config, connection } = configuration(env);
  const settings = await orInterrupted({ signal }, connectionSettings(connection, awsConnectionClients));
  const logger = createLogger();
  const clock = () => new Date();
  const repository = new S3Repository(config.repository);
  let lastProgress = 0;
  const onEvent = (event: BackupEvent) => {
    if (event.event === "progress") {
      if (Date.now() - lastProgress < PROGRESS_EVERY_MS) return;
      lastProgress = Date.now();
    }
    logger.info({ database: config.database, ...event });
  };
  try {
    return await runBackup(
      {
        source: new PostgresSource({ settings, env, clock }),
        repository,
        clock,
        random: randomBase32,
        path: env.PATH ?? "",
        tool: TOOL,
        onEvent,
      },
      config,
      signal,
    );
  } finally {
    repository.close();
  }
}

/** `backup321 backup`: configured by environment variables alone, so that no secret is ever an argument. */
export function backupCommand(env: Env, signal: AbortSignal): Command {
  return new Command("backup")
    .description("dump one database into the repository and commit a recovery point")
    .addHelpText(
      "after",
      `
Everything comes from the environment: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, PGSSLROOTCERT, or
BACKUP321_SECRET_ARN in place of the first five, or BACKUP321_RDS_IAM_AUTH=true in place of PGPASSWORD;
BACKUP321_DATABASE, BACKUP321_BUCKET, BACKUP321_REGION, BACKUP321_TIERS, BACKUP321_TIER, BACKUP321_LOCK_MODE and, if there
is one, BACKUP321_REPLICA_BUCKET with BACKUP321_REPLICA_REGION. The last line of stdout is the verdict, as JSON.

Example:
  BACKUP321_TIERS='[{"name":"daily","tier":"daily","lockDays":35,"expireDays":35}]' BACKUP321_LOCK_MODE=GOVERNANCE backup321 backup`,
    )
    .action(async () => {
      const { location, manifest } = await backupFromEnvironment(env, signal);
      const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
      const verdict = {
        verdict: "committed",
        recoveryPointId: location.id,
        database: location.database,
        tier: location.tier,
        rawBytes: sum(manifest.objects.map((o) => o.raw.bytes)),
        storedBytes: sum(manifest.objects.map((o) => o.stored.bytes)),
        tables: manifest.tables.length,
        lockedUntil: manifest.lock.retainUntil,
      };
      process.stdout.write(`${JSON.stringify(verdict)}\n`);
    });
}

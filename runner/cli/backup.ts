import { Command } from "commander";
import { type BackupResult, runBackup, totalBytes } from "../backup";
import { backupConfig, type Env } from "../config";
import { PostgresSource } from "../dump/postgres";
import { messageOf, problemsError, StageError, detailOf } from "../errors";
import { createLogger } from "../logger";
import { awsConnectionClients } from "../postgres/awsConnection";
import { findClientProgram } from "../postgres/clientPrograms";
import { connectionSettings, connectionSource } from "../postgres/connectionSource";
import type { Repository } from "../repository/repository";
import { S3Repository } from "../repository/s3Repository";
import { ageSeal } from "../stream/seal";
import { recordVerification, verifyPoint } from "../verify";
import { TOOL } from "../version";
import { backupReport } from "./backupReport";
import type { CliContext } from "./context";
import { orInterrupted } from "./options";
import { ByteProgress } from "./progress";
import { randomBase32 } from "./randomBase32";

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

/** Reads every byte of what was just committed, and stores what came of it. */
async function verifyCommitted(
  context: CliContext,
  repository: Repository,
  { location }: BackupResult,
  onVerdict: (healthy: boolean) => void,
): Promise<void> {
  const progress = new ByteProgress(context, "verify");
  let verification;
  try {
    verification = await verifyPoint(
      {
        repository,
        findPgRestore: (minMajor: number) => findClientProgram("pg_restore", minMajor, context.env),
        path: context.env.PATH ?? "",
        clock: context.clock,
        onProgress: (read: number, total: number) => progress.update(read, total),
      },
      location,
      context.signal,
    );
    onVerdict(verification.healthy);
    await recordVerification(repository, verification);
  } catch (error) {
    if (context.signal.aborted) throw error;
    const state = verification === undefined ? "could not be verified" : "was verified, but the record was not stored";
    throw new StageError(
      "verify",
      "unverified",
      `${location.id} is committed, and ${state}: ${messageOf(error)}; run \`backup321 verify --record\` where this is mended, or give --no-verify where another role verifies`,
      { cause: error },
    );
  } finally {
    progress.stop();
  }
  const { problems } = verification;
  if (problems.length > 0) {
    const found = detailOf(problemsError("verify", "unhealthy", problems));
    throw new StageError("verify", "unhealthy", `${location.id} is committed, but not as it should be: ${found}`);
  }
}

/** Runs one backup with the configuration of an environment, and writes its verdict. */
async function backupFromEnvironment(context: CliContext, isVerified: boolean): Promise<void> {
  const { env, signal, clock } = context;
  const { config, connection } = configuration(env);
  const settings = await orInterrupted({ signal }, connectionSettings(connection, awsConnectionClients));
  const logger = createLogger();
  const repository = new S3Repository(config.repository);
  const report = backupReport(context, config.database, (line) => logger.info(line));
  const seal = config.ageRecipients.length > 0 ? ageSeal(config.ageRecipients) : undefined;
  const source = new PostgresSource({ settings, env, clock, dump: config.dump, seal });
  const path = env.PATH ?? "";
  const { onEvent } = report;
  try {
    const dependencies = { source, repository, clock, random: randomBase32, path, tool: TOOL, onEvent };
    const result = await runBackup(dependencies, config, signal).finally(() => report.stop());
    let verified: boolean | null = null;
    try {
      if (isVerified) await verifyCommitted(context, repository, result, (healthy) => (verified = healthy));
    } finally {
      // The point exists, whatever verifying it came to.
      context.out(JSON.stringify(verdictOf(result, verified)));
    }
  } finally {
    repository.close();
  }
}

/** @param verified null: not looked at, or not to the end */
function verdictOf({ location, manifest }: BackupResult, verified: boolean | null) {
  return {
    verdict: "committed",
    recoveryPointId: location.id,
    database: location.database,
    tier: location.tier,
    shape: manifest.shape,
    objects: manifest.objects.length,
    ...totalBytes(manifest),
    tables: manifest.tables.length,
    lockedUntil: manifest.lock.retainUntil,
    verified,
  };
}

/** `backup321 backup`: configured by environment variables alone, so that no secret is ever an argument. */
export function backupCommand(context: CliContext): Command {
  return new Command("backup")
    .summary("dump a database, commit a recovery point, and verify it")
    .description("dump one database into the repository, commit a recovery point, and verify every byte of it")
    .option("--no-verify", "end after the commit, for a role that can only put: another one runs `backup321 verify`")
    .addHelpText(
      "after",
      `
Everything comes from the environment: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLMODE, PGSSLROOTCERT, or
BACKUP321_SECRET_ARN in place of the first five, or BACKUP321_RDS_IAM_AUTH=true in place of PGPASSWORD;
BACKUP321_DATABASE, BACKUP321_BUCKET, BACKUP321_REGION, BACKUP321_TIERS, BACKUP321_TIER, BACKUP321_LOCK_MODE and, if there
is one, BACKUP321_REPLICA_BUCKET with BACKUP321_REPLICA_REGION.

Optional: BACKUP321_SHAPE (auto, single, parallel), BACKUP321_WORKERS, BACKUP321_COMPRESSION_LEVEL,
BACKUP321_MAX_MIB_PER_SECOND, BACKUP321_BUFFER_BUDGET_MIB, BACKUP321_AGE_RECIPIENTS, BACKUP321_EXCLUDE_TABLE_DATA,
BACKUP321_ROLE_PASSWORDS, BACKUP321_ALLOW_STANDBY with BACKUP321_MAX_REPLAY_LAG_SECONDS, BACKUP321_S3_PATH_STYLE.

The last line of stdout is the verdict, as JSON; it is there if and only if the recovery point was committed.

Example:
  BACKUP321_TIERS='[{"name":"daily","tier":"daily","lockDays":35,"expireDays":35}]' BACKUP321_LOCK_MODE=GOVERNANCE backup321 backup`,
    )
    .action((options: { verify: boolean }) => backupFromEnvironment(context, options.verify));
}

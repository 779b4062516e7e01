import { Command } from "commander";
import { systemPost } from "../alerts/system";
import { EnvReader } from "../config";
import { ENV } from "../contract";
import { problemsError, StageError } from "../errors";
import { checkSide, isAllGood, type SideCheck } from "../freshnessCheck";
import { rpoMinutesOf, sideLimits, type SideLimits } from "../freshnessConfig";
import { FRESHNESS_ENV } from "../freshnessContract";
import type { Side } from "../freshnessFacts";
import { exportMetrics } from "../metrics/exportMetrics";
import { RepositoryError } from "../repository/repository";
import { databasesIn } from "../repositoryTiers";
import { commonRpo, objectiveMinutes } from "../stackSettings";
import type { CliContext } from "./context";
import { json } from "./format";
import {
  environmentOf,
  givenDatabases,
  hasReplica,
  onSide,
  orInterrupted,
  type RepositoryOptions,
  withRepositoryOptions,
} from "./options";
import { statusText } from "./statusText";

export interface StatusOptions extends RepositoryOptions {
  database?: string;
  side?: Side;
  rpoMinutes?: string;
  drillIntervalDays?: string;
  doctorIntervalDays?: string;
  json?: boolean;
  prometheusFile?: string;
  pushgatewayUrlFile?: string;
  otlp?: boolean;
}

interface StatusLimits {
  /** Largest tolerable age of a database's newest point, in minutes. */
  rpoMinutesFor: (database: string) => number;
  limits: SideLimits;
}

/**
 * The RPO that somebody set for all databases, or the stack promises for each. A value that the environment has from the stack is
 * nobody's own: it stands only for a database of which the stack says nothing.
 */
function rpoReader(
  { env, stack = {} }: CliContext,
  option: string | undefined,
  everywhere: number,
): (database: string) => number {
  const own = option ?? new EnvReader(env).optional(ENV.rpoMinutes);
  const isFromStack = option === undefined && own === commonRpo(stack)?.toString();
  return (database) => (isFromStack ? (objectiveMinutes(stack, database) ?? everywhere) : everywhere);
}

/** What `status` and `alert` hold databases against. @throws StageError `usage` */
export function readLimits(context: CliContext, options: StatusOptions): StatusLimits {
  const given = {
    [ENV.rpoMinutes]: options.rpoMinutes,
    [FRESHNESS_ENV.drillIntervalDays]: options.drillIntervalDays,
    [FRESHNESS_ENV.doctorIntervalDays]: options.doctorIntervalDays,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const reader = new EnvReader({ ...context.env, ...Object.fromEntries(set) });
  const rpoMinutes = rpoMinutesOf(reader);
  const limits = sideLimits(reader);
  reader.finish("status");
  return { rpoMinutesFor: rpoReader(context, options.rpoMinutes, rpoMinutes), limits };
}

/**
 * Judges every database on the sides that are asked for.
 * @param knownNames judged too where databases are found by looking: one that is gone from the bucket must not be forgotten
 */
export async function checkSides(
  context: CliContext,
  options: StatusOptions,
  { rpoMinutesFor, limits }: StatusLimits,
  knownNames: readonly string[] = [],
): Promise<SideCheck[]> {
  const both: Side[] = hasReplica(context.env, options) ? ["primary", "replica"] : ["primary"];
  let names = givenDatabases(context.env, options.database);
  const checks: SideCheck[] = [];
  for (const side of options.side ? [options.side] : both) {
    const check = await onSide(context.env, options, side, async (repository) => {
      // The names found on the first side are judged on the other too: a replica without one of them is unhealthy.
      try {
        names ??= [...new Set([...(await databasesIn(repository)), ...knownNames])].sort();
      } catch (error) {
        // When the region of one side is gone, the other is what a person needs to see.
        if (!(error instanceof RepositoryError)) throw error;
        return { side, judgements: [], failures: [{ database: "*", message: error.message }], doctor: null };
      }
      const databases = names.map((name) => ({ name, rpoMinutes: rpoMinutesFor(name) }));
      return checkSide(repository, { side, databases, limits }, context.clock());
    });
    checks.push(check);
  }
  return checks;
}

/** Metrics go out whatever the verdict. When they can't, that is the error: the verdict is on the screen already. */
async function exportChecks(context: CliContext, options: StatusOptions, checks: readonly SideCheck[]): Promise<void> {
  const env = environmentOf(context.env, options);
  const repository = env[ENV.repository] ?? env[ENV.bucket] ?? env[ENV.replicaBucket] ?? "";
  const source = { repository, now: context.clock(), env };
  await exportMetrics(checks, options, source, { ...systemPost, signal: context.signal });
}

/** `backup321 status` */
export function statusCommand(context: CliContext): Command {
  const command = new Command("status")
    .summary("judge the newest recovery point of each database")
    .description("judge the newest recovery point of each database on both sides, by what is in the buckets")
    .option("--database <names>", "databases, separated by commas (default: all in the repository)")
    .option("--side <side>", "only this side: primary or replica (default: both, if a replica is named)")
    .option(
      "--rpo-minutes <minutes>",
      `largest tolerable age (default: $${ENV.rpoMinutes}, else the stack's for each database, else 1560)`,
    )
    .option(
      "--drill-interval-days <days>",
      `days between restore drills (default: $${FRESHNESS_ENV.drillIntervalDays}, else not judged)`,
    )
    .option(
      "--doctor-interval-days <days>",
      `days between runs of the doctor (default: $${FRESHNESS_ENV.doctorIntervalDays}, else not judged)`,
    )
    .option("--json", "print JSON instead of a table")
    .option("--prometheus-file <file>", "write metrics for node_exporter's textfile collector; ends in .prom")
    .option("--pushgateway-url-file <file>", "file with the URL of a Pushgateway that gets the metrics")
    .option("--otlp", "send metrics by OpenTelemetry to $OTEL_EXPORTER_OTLP_ENDPOINT")
    .addHelpText(
      "after",
      `
Columns: database; side; healthy, or how many problems; age of the newest complete recovery point; the RPO it is held against; its
id; bytes in the bucket; whether it was verified ("sealed": its bytes are, and no key opened them; "pending": there is time left;
"?": its record tells nothing); age of the last drill that passed ("-": drills are not judged). Problems and notices follow,
one a line; what to do about each is in docs/freshness.md. Exit code 8 when anything is unhealthy; notices do not count.

Examples:
  backup321 status --bucket orders-primary --region eu-central-1 --rpo-minutes 1560
  backup321 status --replica-bucket orders-replica --replica-region eu-west-1 --side replica --json`,
    );
  return withRepositoryOptions(command).action(async (options: StatusOptions) => {
    if (options.side !== undefined && options.side !== "primary" && options.side !== "replica") {
      throw new StageError("status", "usage", `--side must be primary or replica, got "${String(options.side)}"`);
    }
    const read = readLimits(context, options);
    const checks = await orInterrupted(context, checkSides(context, options, read));
    const judgements = checks.flatMap((check) => check.judgements);
    const failures = checks.flatMap(({ side, failures }) =>
      failures.map(({ database, message }) => `database "${database}" (${side}): ${message}`),
    );
    const doctor = checks.flatMap(({ side, doctor }) => (doctor ? [{ side, ...doctor }] : []));
    if (options.json) context.out(json({ judgements, failures, doctor }));
    else if (judgements.length > 0) context.out(statusText(checks));
    await exportChecks(context, options, checks);
    if (failures.length > 0) throw problemsError("status", "preflight", failures);
    if (judgements.length === 0) throw new StageError("status", "unhealthy", "the repository holds no database");
    const unhealthy = judgements.filter((judgement) => !judgement.healthy).length;
    const isDoctorIll = !checks.every((check) => isAllGood({ ...check, judgements: [] }));
    if (isDoctorIll) {
      const others = unhealthy > 0 ? `, and ${unhealthy} of ${judgements.length} unhealthy` : "";
      throw new StageError("status", "unhealthy", `the doctor's last run is not sound${others}`);
    }
    if (unhealthy > 0) throw new StageError("status", "unhealthy", `${unhealthy} of ${judgements.length} unhealthy`);
  });
}

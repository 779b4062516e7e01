import { Command } from "commander";
import { EnvReader } from "../config";
import { ENV } from "../contract";
import { problemsError, StageError } from "../errors";
import type { Judgement } from "../freshness";
import { checkSide, type SideCheck } from "../freshnessCheck";
import { rpoMinutesOf, sideLimits, type SideLimits } from "../freshnessConfig";
import type { Side } from "../freshnessFacts";
import { RepositoryError } from "../repository/repository";
import { databasesIn } from "../repositoryTiers";
import type { CliContext } from "./context";
import { humanBytes, humanMinutes, json, table } from "./format";
import {
  givenDatabases,
  hasReplica,
  onSide,
  orInterrupted,
  type RepositoryOptions,
  withRepositoryOptions,
} from "./options";

interface StatusOptions extends RepositoryOptions {
  database?: string;
  side?: Side;
  rpoMinutes?: string;
  json?: boolean;
}

/** A status table for people, and below it one line per problem. */
export function statusText(judgements: readonly Judgement[], rpoMinutes: number): string {
  const rows = judgements.map((judgement) => [
    judgement.database,
    judgement.side,
    judgement.healthy ? "healthy" : "UNHEALTHY",
    judgement.ageMinutes === null ? "none" : humanMinutes(judgement.ageMinutes),
    humanMinutes(rpoMinutes),
    judgement.recoveryPoint?.id ?? "none",
    judgement.recoveryPoint?.storedBytes == null ? "?" : humanBytes(judgement.recoveryPoint.storedBytes),
    String(judgement.problems.length),
  ]);
  const head = ["Database", "Side", "State", "Age", "RPO", "Newest recovery point", "Stored", "Problems"];
  const problems = judgements.flatMap(({ database, side, problems }) =>
    problems.map((problem) => `${database} (${side}): ${problem.code}: ${problem.message}`),
  );
  return [table(head, rows), ...problems].join("\n");
}

interface StatusLimits {
  rpoMinutes: number;
  limits: SideLimits;
}

function readLimits(context: CliContext, rpoMinutes: string | undefined): StatusLimits {
  const reader = new EnvReader(
    rpoMinutes === undefined ? context.env : { ...context.env, [ENV.rpoMinutes]: rpoMinutes },
  );
  const read = { rpoMinutes: rpoMinutesOf(reader), limits: sideLimits(reader) };
  reader.finish("status");
  return read;
}

async function checkSides(
  context: CliContext,
  options: StatusOptions,
  { rpoMinutes, limits }: StatusLimits,
): Promise<SideCheck[]> {
  const both: Side[] = hasReplica(context.env, options) ? ["primary", "replica"] : ["primary"];
  let names = givenDatabases(context.env, options.database);
  const checks: SideCheck[] = [];
  for (const side of options.side ? [options.side] : both) {
    const check = await onSide(context.env, options, side, async (repository) => {
      // The names found on the first side are judged on the other too: a replica without one of them is unhealthy.
      try {
        names ??= await databasesIn(repository);
      } catch (error) {
        // When the region of one side is gone, the other is what a person needs to see.
        if (!(error instanceof RepositoryError)) throw error;
        return { side, judgements: [], failures: [{ database: "*", message: error.message }] };
      }
      const databases = names.map((name) => ({ name, rpoMinutes }));
      return checkSide(repository, { side, databases, limits }, context.clock());
    });
    checks.push(check);
  }
  return checks;
}

/** `backup321 status` */
export function statusCommand(context: CliContext): Command {
  const command = new Command("status")
    .description("judge the newest recovery point of each database on both sides, by what is in the buckets")
    .option("--database <names>", "databases, separated by commas (default: all in the repository)")
    .option("--side <side>", "only this side: primary or replica (default: both, if a replica is named)")
    .option("--rpo-minutes <minutes>", `largest tolerable age (default: $${ENV.rpoMinutes}, else 1560)`)
    .option("--json", "print JSON instead of a table")
    .addHelpText(
      "after",
      `
Columns: database; side; state; age of the newest complete recovery point; the RPO it is held against; its id; bytes in the
bucket; number of problems, which follow the table one a line. Exit code 8 when anything is unhealthy.

Examples:
  backup321 status --bucket orders-primary --region eu-central-1 --rpo-minutes 1560
  backup321 status --replica-bucket orders-replica --replica-region eu-west-1 --side replica --json`,
    );
  return withRepositoryOptions(command).action(async (options: StatusOptions) => {
    if (options.side !== undefined && options.side !== "primary" && options.side !== "replica") {
      throw new StageError("status", "usage", `--side must be primary or replica, got "${String(options.side)}"`);
    }
    const read = readLimits(context, options.rpoMinutes);
    const checks = await orInterrupted(context, checkSides(context, options, read));
    const judgements = checks.flatMap((check) => check.judgements);
    const failures = checks.flatMap(({ side, failures }) =>
      failures.map(({ database, message }) => `database "${database}" (${side}): ${message}`),
    );
    if (options.json) context.out(json({ judgements, failures }));
    else if (judgements.length > 0) context.out(statusText(judgements, read.rpoMinutes));
    if (failures.length > 0) throw problemsError("status", "preflight", failures);
    if (judgements.length === 0) throw new StageError("status", "unhealthy", "the repository holds no database");
    const unhealthy = judgements.filter((judgement) => !judgement.healthy).length;
    if (unhealthy > 0) throw new StageError("status", "unhealthy", `${unhealthy} of ${judgements.length} unhealthy`);
  });
}

import { Command, InvalidArgumentError, Option } from "commander";
import { PRICES_AS_OF } from "../cost/prices";
import type { Side } from "../freshnessFacts";
import { byClass, planRehydration, rehydratePoint, type RehydrationPlan, type RehydrationResult } from "../rehydrate";
import { type Retrieval, RETRIEVALS } from "../repository/repository";
import { confirm } from "./confirm";
import type { CliContext } from "./context";
import { humanBytes, humanTime, json } from "./format";
import {
  onSide,
  orInterrupted,
  requireDatabase,
  type RepositoryOptions,
  withRepositoryOptions,
  withSideOption,
} from "./options";
import { choosePoint, type PointOptions } from "./pointOptions";

interface RehydrateOptions extends RepositoryOptions, PointOptions {
  database?: string;
  side: Side;
  retrieval: Retrieval;
  days: number;
  dryRun?: boolean;
  confirm?: string;
  json?: boolean;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError("expected a whole number.");
  return value;
}

const usd = (value: number): string => `USD ${value.toFixed(2)}`;

function lastingLines(lasting: RehydrationPlan["lasting"]): string[] {
  const [first] = lasting.flatMap(({ readableUntil }) => readableUntil ?? []).sort();
  if (first === undefined) return [];
  const until = humanTime(new Date(first)).slice(0, 16);
  return [`readable already: ${lasting.length} objects, which stay until ${until} UTC or longer and are left alone`];
}

/** What asking would do, for people. */
export function rehydrationText(plan: RehydrationPlan): string {
  const { point, bucket, region, archived, ongoing, expiring, lasting, estimate, days, retrieval } = plan;
  const where = `${point.id} in bucket "${bucket}" (${region})`;
  if (archived.length + ongoing.length + expiring.length + lasting.length === 0) {
    return `${where}: nothing is archived, all ${plan.objects} objects can be read at once`;
  }
  const classes = byClass(archived).map(
    ({ storageClass, objects, bytes }) => `${objects} objects, ${humanBytes(bytes)}, in ${storageClass}`,
  );
  return [
    `${where}: ${plan.objects} objects`,
    ...classes.map((text) => `to ask for: ${text}`),
    ...(ongoing.length > 0 ? [`on their way already: ${ongoing.length} objects`] : []),
    ...lastingLines(lasting),
    ...(expiring.length > 0
      ? [`readable already: ${expiring.length} objects, which are asked for again to stay ${days} days from now`]
      : []),
    ...(archived.length > 0 ? [`readable: ${estimate.typically} after asking (${retrieval}), for ${days} days`] : []),
    ...(archived.length + expiring.length > 0
      ? [
          `price: about ${usd(estimate.retrievalUsd)} once, and ${usd(estimate.copiesUsd)} for the copies (list prices of ${estimate.pricedAs}, ${PRICES_AS_OF})`,
        ]
      : []),
  ].join("\n");
}

function resultText({ requested, ongoing, extended }: RehydrationResult, { point, estimate }: RehydrationPlan): string {
  return [
    `asked for ${requested} objects, ${ongoing} were on their way, ${extended} stay longer`,
    ...(requested > 0 ? [`readable ${estimate.typically} from now; until then this command says what is missing`] : []),
    `then: backup321 restore <new-database> --database ${point.database} --id ${point.id}`,
  ].join("\n");
}

/** `backup321 rehydrate` */
export function rehydrateCommand(context: CliContext): Command {
  const command = new Command("rehydrate")
    .summary("bring an archived recovery point back (costs money)")
    .description("ask for readable copies of a recovery point in an archive class (costs money)")
    .option("--database <name>", "the database's name in the repository (default: $BACKUP321_DATABASE)")
    .option("--latest", "the newest recovery point (the default)")
    .option("--id <id>", "this recovery point")
    .option("--as-of <time>", "the newest one taken at or before a time, like 2026-11-20T02:00Z")
    .addOption(
      new Option("--retrieval <speed>", "dearer is faster; expedited only from GLACIER")
        .choices([...RETRIEVALS])
        .default("standard"),
    )
    .option("--days <n>", "how long the copies stay readable", wholeNumber, 7)
    .option("--dry-run", "say what it takes and costs, and stop")
    .option("--confirm <id>", "the recovery point's id, instead of being asked at the terminal")
    .option("--json", "print JSON instead of text")
    .addHelpText(
      "after",
      `
Says first how much is archived, how long it takes, and what it costs at list prices. Objects that are on their way are left alone,
and so are copies that stay as long as asked for anyway; those that would go sooner then stay --days from now. Asking again is
harmless. The archive itself is not changed.

Examples:
  backup321 rehydrate --database orders --id 20250101T020000Z-k3q7ab --dry-run
  backup321 rehydrate --database orders --as-of 2025-01-01 --retrieval bulk --days 3`,
    );
  return withSideOption(withRepositoryOptions(command)).action(async (options: RehydrateOptions) => {
    const database = requireDatabase(context.env, options.database);
    await onSide(context.env, options, options.side, async (repository) => {
      const point = await orInterrupted(context, choosePoint(repository, database, options, context.clock()));
      const { retrieval, days } = options;
      const plan = await orInterrupted(
        context,
        planRehydration(repository, { point, retrieval, days }, context.clock()),
      );
      const isNeeded = plan.archived.length + plan.expiring.length > 0;
      if (options.dryRun || !isNeeded) {
        context.out(options.json ? json({ ...plan, result: null }) : rehydrationText(plan));
        return;
      }
      context.note(rehydrationText(plan));
      const price = usd(plan.estimate.retrievalUsd + plan.estimate.copiesUsd);
      await confirm(context, `asking for ${point.id} costs about ${price}`, point.id, options.confirm);
      const result = await rehydratePoint(repository, plan, context.signal);
      context.out(options.json ? json({ ...plan, result }) : resultText(result, plan));
    });
  });
}

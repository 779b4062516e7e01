import { Command, InvalidArgumentError } from "commander";
import { isTierName, manifestKey } from "../contract";
import type { Side } from "../freshnessFacts";
import { parseManifestMetadata } from "../manifest";
import { listRecoveryPoints, type RecoveryPoint } from "../recoveryPoints";
import type { Repository } from "../repository/repository";
import { databasesIn, tiersIn } from "../repositoryTiers";
import type { CliContext } from "./context";
import { humanBytes, humanMinutes, humanTime, json, table } from "./format";
import {
  givenDatabases,
  onSide,
  orInterrupted,
  type RepositoryOptions,
  withRepositoryOptions,
  withSideOption,
} from "./options";

interface ListOptions extends RepositoryOptions {
  database?: string;
  tier?: string;
  side: Side;
  limit: number;
  json?: boolean;
}

/** One line of the listing; numbers are null where the manifest carries no readable metadata. */
export interface ListedPoint {
  recoveryPointId: string;
  database: string;
  tier: string;
  takenAt: string;
  committedAt: string;
  storedBytes: number | null;
  rawBytes: number | null;
  tables: number | null;
  retainUntil: string | null;
}

async function describe(repository: Repository, point: RecoveryPoint): Promise<ListedPoint> {
  const metadata = parseManifestMetadata((await repository.head(manifestKey(point))).metadata);
  return {
    recoveryPointId: point.id,
    database: point.database,
    tier: point.tier,
    takenAt: point.takenAt.toISOString(),
    committedAt: point.committedAt.toISOString(),
    storedBytes: metadata?.storedBytes ?? null,
    rawBytes: metadata?.rawBytes ?? null,
    tables: metadata?.tables ?? null,
    retainUntil: metadata?.retainUntil.toISOString() ?? null,
  };
}

/** The newest `limit` recovery points of each given database, newest first. */
export async function listPoints(
  repository: Repository,
  databases: readonly string[],
  options: { tiers?: readonly string[] | undefined; limit: number },
): Promise<ListedPoint[]> {
  const listed: ListedPoint[] = [];
  const tiers = options.tiers ?? (await tiersIn(repository));
  for (const database of databases) {
    const points = await listRecoveryPoints(repository, database, { tiers });
    for (const point of points.slice(0, options.limit)) listed.push(await describe(repository, point));
  }
  return listed;
}

function toTable(points: readonly ListedPoint[], now: Date): string {
  const size = (bytes: number | null) => (bytes === null ? "?" : humanBytes(bytes));
  return table(
    ["Recovery point", "Database", "Tier", "Taken (UTC)", "Age", "Stored", "Raw", "Tables", "Locked until (UTC)"],
    points.map((point) => [
      point.recoveryPointId,
      point.database,
      point.tier,
      humanTime(new Date(point.takenAt)),
      humanMinutes(Math.max(0, (now.getTime() - new Date(point.takenAt).getTime()) / 60_000)),
      size(point.storedBytes),
      size(point.rawBytes),
      String(point.tables ?? "?"),
      point.retainUntil === null ? "?" : humanTime(new Date(point.retainUntil)),
    ]),
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number of 1 or more.");
  return value;
}

function tierName(text: string): string {
  if (!isTierName(text)) throw new InvalidArgumentError("a name is 1 to 20 characters of a-z, 0-9 and inner hyphens.");
  return text;
}

/** `backup321 list` */
export function listCommand(context: CliContext): Command {
  const command = new Command("list")
    .description("list committed recovery points, newest first")
    .option("--database <names>", "databases, separated by commas (default: all in the repository)")
    .option("--tier <name>", "only this tier", tierName)
    .option("--limit <n>", "points per database", positive, 20)
    .option("--json", "print JSON instead of a table")
    .addHelpText(
      "after",
      `
Columns: recovery point id; database; retention tier; when its snapshot was taken; how long ago; bytes in the bucket; bytes
before compression; tables; until when its lock forbids deletion. "?" where a manifest has no readable metadata.

Examples:
  backup321 list --bucket orders-primary --region eu-central-1
  backup321 list --database orders --tier daily --limit 5 --json
  backup321 list --side replica --replica-bucket orders-replica --replica-region eu-west-1`,
    );
  return withSideOption(withRepositoryOptions(command)).action((options: ListOptions) =>
    onSide(context.env, options, options.side, async (repository) => {
      const given = givenDatabases(context.env, options.database);
      const tiers = options.tier === undefined ? undefined : [options.tier];
      const listing = async () =>
        listPoints(repository, given ?? (await databasesIn(repository)), { tiers, limit: options.limit });
      const points = await orInterrupted(context, listing());
      if (options.json) context.out(json(points));
      else if (points.length > 0) context.out(toTable(points, context.clock()));
      else context.out(`no recovery points in bucket "${repository.bucket}" (${repository.region})`);
    }),
  );
}

import { Command } from "commander";
import { StageError } from "../errors";
import type { Side } from "../freshnessFacts";
import { findClientProgram } from "../postgres/clientPrograms";
import { recordVerification, type Verification, verifyPoint } from "../verify";
import type { CliContext } from "./context";
import { humanBytes, json, table } from "./format";
import {
  onSide,
  orInterrupted,
  requireDatabase,
  type RepositoryOptions,
  withRepositoryOptions,
  withSideOption,
} from "./options";
import { choosePoint, type PointOptions } from "./pointOptions";
import { ByteProgress } from "./progress";

interface VerifyOptions extends RepositoryOptions, PointOptions {
  database?: string;
  side: Side;
  record?: boolean;
  json?: boolean;
}

function toText(verification: Verification): string {
  const rows = verification.objects.map((object) => [
    object.key.split("/").pop()!,
    humanBytes(object.storedBytes),
    humanBytes(object.rawBytes),
    String(object.tableOfContentsEntries ?? "?"),
    object.replicationStatus ?? "none",
  ]);
  const verdict = verification.healthy
    ? `${verification.recoveryPointId}: every byte agrees (${verification.seconds.toFixed(1)} s)`
    : `${verification.recoveryPointId}: UNHEALTHY`;
  return [table(["Object", "Stored", "Raw", "Entries", "Replication"], rows), verdict, ...verification.problems].join(
    "\n",
  );
}

/** `backup321 verify` */
export function verifyCommand(context: CliContext): Command {
  const command = new Command("verify")
    .description("read every byte of a recovery point and compare it with its manifest")
    .option("--database <name>", "the database's name in the repository (default: $BACKUP321_DATABASE)")
    .option("--latest", "the newest recovery point (the default)")
    .option("--id <id>", "this recovery point")
    .option("--as-of <time>", "the newest one taken at or before a time, like 2026-11-20T02:00Z")
    .option("--record", "store the result in the repository, under verifications/")
    .option("--json", "print JSON instead of a table")
    .addHelpText(
      "after",
      `
Checks SHA-256 and size of stored and decompressed bytes, reads the whole archive with pg_restore, compares its tables with the
manifest's, and looks at the lock and the replication of every object. Needs zstd and pg_restore; no database server.

Columns: data object; bytes in the bucket; bytes before compression; entries in its table of contents; S3's replication status.
Exit code 8 when anything disagrees.

Examples:
  backup321 verify --database orders --bucket orders-primary --region eu-central-1
  backup321 verify --database orders --id 20261120T020000Z-k3q7ab --record --json`,
    );
  return withSideOption(withRepositoryOptions(command)).action(async (options: VerifyOptions) => {
    const database = requireDatabase(context.env, options.database);
    const progress = new ByteProgress(context, "verify");
    await onSide(context.env, options, options.side, async (repository) => {
      const point = await orInterrupted(context, choosePoint(repository, database, options, context.clock()));
      const dependencies = {
        repository,
        findPgRestore: (minMajor: number) => findClientProgram("pg_restore", minMajor, context.env),
        path: context.env.PATH ?? "",
        clock: context.clock,
        onProgress: (read: number, total: number) => progress.update(read, total),
      };
      const verification = await verifyPoint(dependencies, point, context.signal).finally(() => progress.stop());
      const record = options.record ? await recordVerification(repository, verification) : null;
      context.out(options.json ? json({ ...verification, record }) : toText(verification));
      if (record && !options.json) context.out(`recorded as ${record}`);
      if (!verification.healthy) {
        throw new StageError("verify", "unhealthy", `${verification.problems.length} problem(s) in ${point.id}`);
      }
    });
  });
}

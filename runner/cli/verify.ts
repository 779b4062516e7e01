import { Command } from "commander";
import { type Env, EnvReader } from "../config";
import { ENV } from "../contract";
import { problemsError, StageError } from "../errors";
import type { Side } from "../freshnessFacts";
import { findClientProgram } from "../postgres/clientPrograms";
import { parseRecipients, readIdentityFile } from "../stream/ageKeys";
import { listed } from "../verification/archiveRows";
import {
  recordVerification,
  type Verification,
  type VerifiedObject,
  type VerifyDependencies,
  verifyPoint,
} from "../verify";
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
  identityFile?: string;
  record?: boolean;
  json?: boolean;
}

/** A verification for people. */
export function verificationText(verification: Verification): string {
  const rows = verification.objects.map((object) => [
    object.key.split("/").pop()!,
    humanBytes(object.storedBytes),
    humanBytes(object.rawBytes),
    countOf(object),
    object.replicationStatus ?? "none",
  ]);
  const seen =
    verification.decryption === "notProven"
      ? "every stored byte agrees, decryption was not proven"
      : "every byte agrees";
  const verdict = verification.healthy
    ? `${verification.recoveryPointId}: ${seen} (${verification.seconds.toFixed(1)} s)`
    : `${verification.recoveryPointId}: UNHEALTHY`;
  const lines = [verdict, ...verification.problems, ...changesOf(verification)];
  return [table(["Object", "Stored", "Raw", "Holds", "Replication"], rows), ...lines].join("\n");
}

function countOf({ tableOfContentsEntries, rows }: VerifiedObject): string {
  if (tableOfContentsEntries !== null) return `${tableOfContentsEntries} entries`;
  return rows === null ? "" : `${rows} rows`;
}

/** What is different from the recovery point before, in sentences. */
function changesOf(verification: Verification): string[] {
  const { comparedWith, vanishedTables, newlyExcludedTables, comparisonProblem } = verification;
  const since = `since ${comparedWith ?? "the point before"}`;
  return [
    ...(vanishedTables.length === 0 ? [] : [`vanished ${since}: ${listed(vanishedTables)}`]),
    ...(newlyExcludedTables.length === 0 ? [] : [`left out ${since}: rows of ${listed(newlyExcludedTables)}`]),
    ...(comparisonProblem === null ? [] : [`not compared with the point before: ${comparisonProblem}`]),
  ];
}

/** Keys that open a point, and those that it must be encrypted to, where they are set. */
async function keysFrom(
  env: Env,
  option: string | undefined,
): Promise<Pick<VerifyDependencies, "identities" | "recipients">> {
  const reader = new EnvReader(env);
  const file = option ?? reader.optional(ENV.ageIdentityFile);
  const text = reader.optional(ENV.ageRecipients);
  const { recipients, problems } = text === undefined ? { recipients: undefined, problems: [] } : parseRecipients(text);
  if (problems.length > 0) {
    throw problemsError(
      "verify",
      "usage",
      problems.map((problem) => `${ENV.ageRecipients}: ${problem}`),
    );
  }
  return { identities: file === undefined ? undefined : await readIdentityFile("verify", file), recipients };
}

/** `backup321 verify` */
export function verifyCommand(context: CliContext): Command {
  const command = new Command("verify")
    .summary("read every byte of a recovery point and compare it")
    .description("read every byte of a recovery point and compare it with its manifest")
    .option("--database <name>", "the database's name in the repository (default: $BACKUP321_DATABASE)")
    .option("--latest", "the newest recovery point (the default)")
    .option("--id <id>", "this recovery point")
    .option("--as-of <time>", "the newest one taken at or before a time, like 2026-11-20T02:00Z")
    .option("--identity-file <file>", `private keys that open an encrypted point (default: $${ENV.ageIdentityFile})`)
    .option("--record", "store the result in the repository, under verifications/")
    .option("--json", "print JSON instead of a table")
    .addHelpText(
      "after",
      `
Checks SHA-256 and size of stored and decompressed bytes, reads archives whole with pg_restore, counts the rows of every table in
its own range, compares all with the manifest, and looks at the lock and the replication of every object. Needs zstd and pg_restore;
no database server. An encrypted point without a key: stored bytes and headers alone, and the result says so.

Columns: data object; bytes in the bucket; bytes before compression; entries in its table of contents, or rows; S3's replication
status. Tables that were in the recovery point before and are not in this one are named; that alone is not unhealthy.
Exit code 8 when anything disagrees.

Examples:
  backup321 verify --database orders --bucket orders-primary --region eu-central-1
  backup321 verify --database orders --id 20261120T020000Z-k3q7ab --record --json`,
    );
  return withSideOption(withRepositoryOptions(command)).action(async (options: VerifyOptions) => {
    const database = requireDatabase(context.env, options.database);
    const keys = await keysFrom(context.env, options.identityFile);
    const progress = new ByteProgress(context, "verify");
    await onSide(context.env, options, options.side, async (repository) => {
      const point = await orInterrupted(context, choosePoint(repository, database, options, context.clock()));
      const dependencies = {
        repository,
        findPgRestore: (minMajor: number) => findClientProgram("pg_restore", minMajor, context.env),
        path: context.env.PATH ?? "",
        clock: context.clock,
        ...keys,
        onProgress: (read: number, total: number) => progress.update(read, total),
      };
      const verification = await verifyPoint(dependencies, point, context.signal).finally(() => progress.stop());
      const record = options.record ? await recordVerification(repository, verification) : null;
      context.out(options.json ? json({ ...verification, record }) : verificationText(verification));
      if (record && !options.json) context.out(`recorded as ${record}`);
      if (!verification.healthy) {
        throw new StageError("verify", "unhealthy", `${verification.problems.length} problem(s) in ${point.id}`);
      }
    });
  });
}

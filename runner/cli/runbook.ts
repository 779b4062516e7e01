import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { messageOf, StageError } from "../errors";
import type { Repository } from "../repository/repository";
import { gatherRunbook, type ReadableSide } from "../runbook/gather";
import { RUNBOOK_FORMATS, renderRunbook } from "../runbook/render";
import type { CliContext } from "./context";
import { json } from "./format";
import {
  givenDatabases,
  hasReplica,
  onSide,
  orInterrupted,
  type RepositoryOptions,
  withRepositoryOptions,
} from "./options";
import type { SourceOptions } from "./stackSource";

interface RunbookOptions extends RepositoryOptions, SourceOptions {
  database?: string;
  format: (typeof RUNBOOK_FORMATS)[number];
  out?: string;
  json?: boolean;
}

function readable(repository: Repository): ReadableSide {
  return { bucket: repository.bucket, region: repository.region, repository };
}

async function facts(context: CliContext, options: RunbookOptions) {
  const { env, stack = {}, clock } = context;
  const gather = (primary: Repository, replica: Repository | undefined) =>
    orInterrupted(
      context,
      gatherRunbook({
        title: options.stack ?? stack.repositoryName ?? primary.bucket,
        stack,
        primary: readable(primary),
        replica: replica && readable(replica),
        databases: givenDatabases(env, options.database),
        now: clock(),
      }),
    );
  return onSide(env, options, "primary", (primary) =>
    hasReplica(env, options)
      ? onSide(env, options, "replica", (replica) => gather(primary, replica))
      : gather(primary, undefined),
  );
}

/** `backup321 runbook` */
export function runbookCommand(context: CliContext): Command {
  const command = new Command("runbook")
    .summary("write the page for an emergency, with this stack's own names")
    .description(
      "write a page for an emergency: what to do, by scenario, with this stack's names and stock tools alone",
    )
    .option("--database <names>", "databases, separated by commas (default: all in the repository)")
    .addOption(new Option("--format <format>", "Markdown or HTML").choices(RUNBOOK_FORMATS).default("md"))
    .option("--out <file>", "write it there (default: stdout)")
    .option("--json", "print the facts that the page is made from, instead")
    .addHelpText(
      "after",
      `
Reads the newest recovery point of each database on both sides and the newest drills. With --stack or a configuration file the page
knows roles and ARNs too; what it does not know it says, and how to find it. Print it, and keep a copy outside of the account.

Examples:
  backup321 runbook --stack prod --format html --out runbook.html
  backup321 runbook --bucket orders-primary --region eu-central-1 --replica-bucket orders-replica --replica-region eu-west-1`,
    );
  return withRepositoryOptions(command).action(async (options: RunbookOptions) => {
    const known = await facts(context, options);
    const page = options.json ? json(known) : renderRunbook(known, options.format);
    if (options.out === undefined) return context.out(page.trimEnd());
    try {
      await writeFile(options.out, page.endsWith("\n") ? page : `${page}\n`);
    } catch (error) {
      throw new StageError("runbook", "usage", `--out can't be written: ${messageOf(error)}; name another file`);
    }
    context.note(`written to ${options.out}`);
  });
}

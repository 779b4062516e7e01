import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { messageOf, StageError } from "../errors";
import { databasesWithEvidence, gatherEvidence, renderReport, REPORT_FORMATS, type ReportFormat } from "../report";
import { databasesIn } from "../repositoryTiers";
import { TOOL } from "../version";
import type { CliContext } from "./context";
import type { Side } from "../freshnessFacts";
import {
  givenDatabases,
  onSide,
  orInterrupted,
  type RepositoryOptions,
  withRepositoryOptions,
  withSideOption,
} from "./options";

interface ReportOptions extends RepositoryOptions {
  database?: string;
  since?: string;
  side: Side;
  format?: ReportFormat;
  out?: string;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 365;

/**
 * The first day of the period.
 * @throws StageError `usage`
 */
export function sinceOf(text: string | undefined, now: Date): Date {
  if (text === undefined) return new Date(Math.floor(now.getTime() / DAY_MS - DEFAULT_DAYS) * DAY_MS);
  const since = new Date(text);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(since.getTime()) || since > now) {
    throw new StageError("report", "usage", `--since must be a day of the past like 2026-01-01 (UTC), got "${text}"`);
  }
  return since;
}

/** What a file's name says, where no format is given. */
export function formatOf({ format, out }: Pick<ReportOptions, "format" | "out">): ReportFormat {
  if (format !== undefined) return format;
  const ending = out?.split(".").at(-1);
  return REPORT_FORMATS.find((one) => one === ending) ?? "md";
}

/** `backup321 report` */
export function reportCommand(context: CliContext): Command {
  const command = new Command("report")
    .summary("gather drills and verifications into a dated report")
    .description("gather the evidence of drills and verifications into a dated report")
    .option("--database <names>", "databases, separated by commas (default: all in the repository)")
    .option("--since <day>", `first day of the period, like 2026-01-01 (default: ${DEFAULT_DAYS} days ago)`)
    .addOption(
      new Option("--format <format>", "how to write it (default: by the name of --out, else md)").choices([
        ...REPORT_FORMATS,
      ]),
    )
    .option("--out <file>", "write it there instead of printing it; a file that exists is not replaced")
    .addHelpText(
      "after",
      `
Answers first: what was tested, when, by whom, from which copy, with what result, in what time against the objective, and what was
not tested. Then each database with its restore times and drills. HTML is one file that prints well. A database without a drill is
in it too. The records themselves are below drills/ and verifications/, written once and locked.

Examples:
  backup321 report --stack prod
  backup321 report --since 2026-07-01 --out evidence-2026-q3.html
  backup321 report --database orders --side replica --format json`,
    );
  return withSideOption(withRepositoryOptions(command)).action((options: ReportOptions) =>
    onSide(context.env, options, options.side, async (repository) => {
      const now = context.clock();
      const since = sinceOf(options.since, now);
      const given = givenDatabases(context.env, options.database);
      const gather = async () => {
        const all = async () => [
          ...new Set([...(await databasesIn(repository)), ...(await databasesWithEvidence(repository))]),
        ];
        const databases = given ?? (await all()).sort();
        return gatherEvidence(repository, { side: options.side, databases, since, now, toolVersion: TOOL.version });
      };
      const report = renderReport(await orInterrupted(context, gather()), formatOf(options));
      if (options.out === undefined) return context.out(report.trimEnd());
      await writeFile(options.out, report, { flag: "wx" }).catch((error: unknown) => {
        throw new StageError("report", "usage", `--out: ${messageOf(error)}; give another name`, { cause: error });
      });
      context.note(`written to ${options.out}`);
    }),
  );
}

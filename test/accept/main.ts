/**
 * `npm run accept:aws -- --i-accept-costs --region <a> --replica-region <b> [--json]`: tries on a real account what the project takes
 * for granted of AWS. It makes two buckets, two keys and four roles, all tagged, stores a few bytes under a GOVERNANCE lock of one day, and
 * takes everything away again. Exit code 1: a claim was disproven, or the run failed; 2: it was not started.
 */
import { randomBytes } from "node:crypto";
import Table from "cli-table3";
import { accept, exitCodeOf, type Report } from "./accept";
import { readArguments, USAGE } from "./arguments";
import { deployForReal } from "./deploy";

function toText({ rows, left }: Report): string {
  const table = new Table({
    head: ["claim", "verdict", "what was seen"],
    colWidths: [46, 11, 60],
    wordWrap: true,
    style: { head: [] },
  });
  for (const { id, whatItProves, verdict, detail } of rows) table.push([`${id}: ${whatItProves}`, verdict, detail]);
  const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
  return [
    table.toString(),
    `${count("proven")} proven, ${count("disproven")} disproven, ${count("unproven")} unproven`,
    ...left.map((what) => `left: ${what}`),
  ].join("\n");
}

async function main(argv: string[]): Promise<number> {
  const wanted = readArguments(argv);
  if (typeof wanted === "string") {
    console.error(`${wanted}\n${USAGE}`);
    return 2;
  }
  const { region, replicaRegion } = wanted;
  const name = `b321-accept-${randomBytes(3).toString("hex")}`;
  const tags = { "backup321:accept": name };
  console.error(`everything is called ${name} and tagged backup321:accept=${name}`);
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      console.error("stopping: what was made is swept first");
      interruption.abort();
    });
  }
  const report = await accept(
    {
      region,
      replicaRegion,
      options: (inRegion, credentials) => ({ region: inRegion, ...(credentials ? { credentials } : {}) }),
      patienceMs: 20 * 60_000,
    },
    () => deployForReal(region, { name, replicaRegion, tags }),
    (line) => console.error(line),
    interruption.signal,
  );
  console.log(wanted.json ? JSON.stringify(report, null, 2) : toText(report));
  return exitCodeOf(report);
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(`accept: ${error.message}${error.cause instanceof Error ? `\n${error.cause.message}` : ""}`);
    process.exitCode = 1;
  },
);

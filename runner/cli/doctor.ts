import { userInfo } from "node:os";
import { Command } from "commander";
import { EXIT } from "../contract";
import type { CheckResult, DoctorSide } from "../doctor/check";
import { doctorProblems, doctorRecord, storeDoctorRecord } from "../doctor/record";
import { callerOf } from "../drill/ranBy";
import { StageError } from "../errors";
import { paint } from "./colors";
import { confirm } from "./confirm";
import type { CliContext } from "./context";
import { json, table, wrapped } from "./format";
import {
  hasReplica,
  onSide,
  orInterrupted,
  type RepositoryOptions,
  sideConfig,
  withRepositoryOptions,
} from "./options";
import { randomBase32 } from "./randomBase32";

interface DoctorOptions extends RepositoryOptions {
  attack?: boolean;
  yes?: boolean;
  allowUnchecked?: boolean;
  record?: boolean;
  by?: string;
  json?: boolean;
}

const STATES = {
  ok: { meaning: "good", text: "ok" },
  finding: { meaning: "bad", text: "FINDING" },
  notChecked: { meaning: "unknown", text: "not checked" },
} as const;
const ORDER = ["finding", "notChecked", "ok"] as const;

/** What was found, for people: what is wrong first. */
export function doctorText(results: readonly CheckResult[], context: Pick<CliContext, "hasColors"> = {}): string {
  const rows = ORDER.flatMap((status) => results.filter((result) => result.status === status)).map((result) => [
    paint(context, STATES[result.status].meaning, STATES[result.status].text),
    result.id,
    wrapped(result.subject, 34),
    wrapped(result.detail, 60),
  ]);
  const count = (status: CheckResult["status"]) => results.filter((result) => result.status === status).length;
  const sum = `${count("ok")} ok, ${count("finding")} findings, ${count("notChecked")} not checked`;
  return [table(["State", "Check", "Of", "What"], rows), sum].join("\n");
}

function sidesOf(context: CliContext, options: DoctorOptions): DoctorSide[] {
  const sides = hasReplica(context.env, options) ? (["primary", "replica"] as const) : (["primary"] as const);
  return sides.map((side) => ({ side, ...sideConfig(context.env, options, side) }));
}

async function examine(context: CliContext, options: DoctorOptions): Promise<CheckResult[]> {
  const { env, signal, stack = {} } = context;
  const sides = sidesOf(context, options);
  if (options.attack) {
    const question = `roles of ${sides[0]!.bucket} will be assumed, and will try to destroy backups; what nobody stops may leave a probe object behind, locked for days`;
    if (!options.yes) await confirm(context, question, sides[0]!.bucket, undefined, "--yes");
  }
  // Loaded now: no other command has to carry its clients.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { doctorRun } = require("./doctorRun") as typeof import("./doctorRun");
  const isAttack = options.attack === true;
  const request = { env, sides, stack, now: context.clock(), signal, isAttack, random: randomBase32 };
  return orInterrupted(context, doctorRun(request));
}

const METADATA_TIMEOUT_MS = 5_000;

async function fetchJson(url: string): Promise<unknown> {
  return (await fetch(url, { signal: AbortSignal.timeout(METADATA_TIMEOUT_MS) })).json();
}

function systemUser(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null; // a user id without a name
  }
}

async function record(
  context: CliContext,
  options: DoctorOptions,
  results: CheckResult[],
  startedAt: Date,
): Promise<string> {
  const { env, clock } = context;
  const uncheckedAllowed = options.allowUnchecked === true;
  const ranBy = await callerOf({ env, given: options.by, systemUser, fetchJson });
  const evidence = doctorRecord({
    startedAt,
    finishedAt: clock(),
    results,
    attacked: options.attack === true,
    uncheckedAllowed,
    ranBy,
    random: randomBase32,
  });
  return onSide(env, options, "primary", (repository) => storeDoctorRecord(repository, evidence));
}

/** `backup321 doctor` */
export function doctorCommand(context: CliContext): Command {
  const command = new Command("doctor")
    .summary("examine the live set-up: locks, keys, alarms, roles")
    .description("examine the live set-up, changing nothing; with --attack try what must be denied, too")
    .option("--attack", "assume each role and try what it must not be able to do")
    .option("--yes", "don't ask before --attack")
    .option(
      "--allow-unchecked",
      "what could not be looked at, for want of a right or a name, is no finding, unless it is all of an area that matters most",
    )
    .option("--record", "store the result in the primary, under drills/_doctor/")
    .option("--by <name>", "who runs it, for the record (default: the task's ARN, else the user of this machine)")
    .option("--json", "print JSON instead of a table")
    .addHelpText(
      "after",
      `
Columns: ok, FINDING, or not checked; which check; what was looked at; what is there. docs/doctor.md lists the checks, and the rights
that they need. Exit code ${EXIT.unhealthy} on findings. --attack writes nothing that exists: settings are put back as they are, deletions
name versions that don't exist. Where a role can't be assumed, its own policies are simulated, and the line says so.

Examples:
  backup321 doctor --stack prod
  backup321 doctor --stack prod --attack --record
  backup321 doctor --config backup321.json --allow-unchecked --json`,
    );
  return withRepositoryOptions(command).action(async (options: DoctorOptions) => {
    const startedAt = context.clock();
    const results = await examine(context, options);
    const key = options.record ? await record(context, options, results, startedAt) : null;
    context.out(options.json ? json({ results, record: key }) : doctorText(results, context));
    if (key !== null && !options.json) context.out(`recorded as ${key}`);
    const problems = doctorProblems(results, options.allowUnchecked === true);
    if (problems.length > 0) throw new StageError("doctor", "unhealthy", problems.join("; "));
  });
}

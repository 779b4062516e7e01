import * as z from "zod";
import type { Alert } from "../alertContract";
import type { SideCheck } from "../freshnessCheck";
import { SIDES } from "../freshnessFacts";
import { type AlertContext, statusCommand } from "./alertContext";

const PROBLEMS = z.array(z.object({ message: z.string() }));
/** What a freshness function gives back: all judgements, or, of a list, a summary. */
const RESULT = z.union([
  z.object({
    side: z.enum(SIDES as ["primary", "replica"]),
    judgements: z.array(
      z.object({ database: z.string(), healthy: z.boolean(), ageMinutes: z.number().nullable(), problems: PROBLEMS }),
    ),
    doctor: z.object({ problems: PROBLEMS }).nullish(),
  }),
  z.object({
    side: z.enum(SIDES as ["primary", "replica"]),
    databases: z.number(),
    unhealthyDatabases: z.number(),
    unhealthy: z.array(z.object({ database: z.string(), problems: z.array(z.string()) })),
    doctorProblems: z.array(z.string()).optional(),
  }),
]);

/** One side of a digest. */
export interface DigestSide {
  side: "primary" | "replica";
  databases: number;
  /** How many of them are not healthy, or could not be judged. */
  ill: number;
  /** Age of the oldest of the newest points, in minutes; null when nobody knows. */
  oldestMinutes: number | null;
  /** The ill ones, as far as they are known by name. */
  named: { database: string; problem: string }[];
  /** What the doctor found, of the whole repository. */
  doctorProblems: string[];
}

const oldestOf = (ages: readonly (number | null)[]): number | null =>
  ages.reduce<number | null>((most, age) => (age === null ? most : Math.max(most ?? 0, age)), null);

type Checked = Extract<z.infer<typeof RESULT>, { judgements: unknown }> & Partial<Pick<SideCheck, "failures">>;

/** The side of a digest from a check. */
export function digestSide({ side, judgements, failures = [], doctor }: Checked): DigestSide {
  const ill = judgements.filter(({ healthy }) => !healthy);
  const named = [
    ...failures.map(({ database, message }) => ({ database, problem: message })),
    ...ill.map(({ database, problems }) => ({ database, problem: problems[0]?.message ?? "not healthy" })),
  ];
  return {
    side,
    databases: judgements.length + failures.length,
    ill: named.length,
    oldestMinutes: oldestOf(judgements.map(({ ageMinutes }) => ageMinutes)),
    named,
    doctorProblems: doctor?.problems.map(({ message }) => message) ?? [],
  };
}

/** The side of a digest from what a freshness function gave back; undefined when it is nothing of the kind. */
export function digestSideOf(result: unknown): DigestSide | undefined {
  const parsed = RESULT.safeParse(result);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  if ("judgements" in data) return digestSide(data);
  return {
    side: data.side,
    databases: data.databases,
    ill: data.unhealthyDatabases,
    oldestMinutes: null,
    named: data.unhealthy.map(({ database, problems }) => ({ database, problem: problems[0] ?? "not healthy" })),
    doctorProblems: data.doctorProblems ?? [],
  };
}

function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${Math.floor(minutes)} minutes` : `${hours} hours ${Math.floor(minutes % 60)} minutes`;
}

/** One line of a side, and one of each database that is ill. */
function linesOf({ side, databases, ill, oldestMinutes, named, doctorProblems }: DigestSide): string[] {
  const age =
    oldestMinutes === null ? "" : `; the oldest of the newest recovery points is ${duration(oldestMinutes)} old`;
  return [
    `${side}: ${databases - ill} of ${databases} databases are sound${age}.`,
    ...named.map(({ database, problem }) => `${database} (${side}): ${problem}`),
    ...doctorProblems.map((problem) => `Doctor (${side}): ${problem}`),
  ];
}

/** A summary for people who hear nothing as long as all is well. */
export function digestOf(sides: readonly DigestSide[], context: AlertContext, now: Date): Alert {
  const ill = sides.reduce((sum, side) => sum + side.ill + side.doctorProblems.length, 0);
  const empty = sides.length === 0 || sides.some(({ databases }) => databases === 0);
  const isWell = ill === 0 && !empty;
  const at = now.toISOString();
  const name = context.repository ?? context.primary?.bucket ?? "the repository";
  const title = isWell
    ? `All backups of ${name} are sound`
    : ill === 0
      ? `${name} holds no database on a side`
      : `Backups of ${name} need a look`;
  return {
    id: `digest/${name}`,
    state: "digest",
    severity: isWell ? "info" : "warning",
    title,
    what: sides.flatMap(linesOf),
    since: at,
    at,
    atRisk: null,
    nextCommand: isWell ? null : statusCommand(context, {}),
    source: { repository: context.repository, region: context.primary?.region ?? null },
  };
}

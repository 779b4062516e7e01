import * as z from "zod";
import { isDatabaseName, type ListedDatabase } from "./contract";
import type { FreshnessDatabase, FreshnessSettings } from "./freshnessContract";

/** Most databases of a list in S3. More would not be judged within a function's 15 minutes. */
export const MAX_LISTED_DATABASES = 10_000;
/** Most databases that a component provisions one by one. */
const MAX_DATABASES = 500;
/** Thrice what 10,000 entries of the longest names and ARNs take. */
export const MAX_LIST_BYTES = 16 * 1024 * 1024;

const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/;

/** What was read of a list: its entries, or everything that is wrong with it. */
export interface ParsedList<T> {
  entries: T[];
  problems: string[];
}

type Issue = { input?: unknown };
const got = ({ input }: Issue): string => `got ${JSON.stringify(input) ?? "nothing"}`;

const name = z.string(missing("a database's name")).refine(isDatabaseName, {
  error: (issue) => `must be 1 to 63 characters of a-z, 0-9 and inner hyphens, ${got(issue)}`,
});
/** A whole number; `what` says so where it is none at all. */
function whole(what: string, min: number, max: number) {
  return z.number(missing(what)).refine((value) => Number.isInteger(value) && value >= min && value <= max, {
    error: (issue) => `must be a whole number from ${min} to ${max}, ${got(issue)}`,
  });
}
const rpoMinutes = whole("whole minutes", 1, 527_040);
const percent = whole("whole percent", 0, 100).optional();
/** What a database may be held against besides its RPO. */
const settings = {
  minStoredBytes: whole("whole bytes", 0, Number.MAX_SAFE_INTEGER).optional(),
  drillIntervalDays: whole("whole days", 1, 366).optional(),
  thresholds: z
    .strictObject({
      minStoredPercent: percent,
      minRowsPercent: percent,
      minTablesPercent: percent,
      maxIncompressiblePercent: percent,
      maxMoreExcludedTables: whole("a number of tables", 0, 1_000_000).optional(),
    })
    .optional(),
};
// No value in these messages: whoever mistakes the argument may have put the secret itself there.
const secretArn = z
  .string("must be the ARN of a Secrets Manager secret")
  .regex(SECRET_ARN, "must be the ARN of a Secrets Manager secret");

function missing(what: string) {
  return { error: (issue: Issue) => `must be ${what}, ${got(issue)}` };
}

/** @param known names of the repository's tiers; undefined where they are not known here */
function tiers(known: readonly string[] | undefined) {
  const tier = z.string(missing("a tier's name")).refine((value) => known?.includes(value) ?? true, {
    error: (issue) => `there is no tier ${JSON.stringify(issue.input)}; the repository has ${known?.join(", ")}`,
  });
  return z.array(tier, missing("an array of tier names")).min(1, "must name a tier, or be absent for all").optional();
}

/** `[3].tiers[0]` of an index and a path below it. */
function placeOf(index: number, path: readonly PropertyKey[]): string {
  return `[${index}]${path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("")}`;
}

function parse<T extends { name: string }>(schema: z.ZodType<T>, text: string, maxDatabases: number): ParsedList<T> {
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    return { entries: [], problems: [" is no JSON"] };
  }
  if (!Array.isArray(items)) return { entries: [], problems: [" must be a JSON array of databases"] };
  if (items.length === 0 || items.length > maxDatabases) {
    return { entries: [], problems: [` must hold 1 to ${maxDatabases} databases, got ${items.length}`] };
  }
  const entries: T[] = [];
  const problems: string[] = [];
  const firstOf = new Map<string, number>();
  items.forEach((item: unknown, index) => {
    const result = schema.safeParse(item);
    if (!result.success) {
      problems.push(...result.error.issues.map((issue) => `${placeOf(index, issue.path)}: ${issue.message}`));
      return;
    }
    const first = firstOf.get(result.data.name);
    if (first !== undefined) problems.push(`[${index}].name: "${result.data.name}" is there already, at [${first}]`);
    else firstOf.set(result.data.name, index);
    entries.push(result.data);
  });
  return problems.length > 0 ? { entries: [], problems } : { entries, problems };
}

/** Parses the file beside the freshness bundle. Each problem begins with its place, to follow the file's name. */
export function parseFreshnessDatabases(
  text: string,
  known: readonly string[] | undefined,
): ParsedList<FreshnessDatabase> {
  return parse(z.strictObject({ name, rpoMinutes, tiers: tiers(known), ...settings }), text, MAX_DATABASES);
}

/** Parses a list in S3. Each problem begins with its place, to follow the list's address; no problem shows a secret. */
export function parseDatabaseList(
  text: string,
  known: readonly string[] | undefined,
): ParsedList<ListedDatabase & FreshnessSettings> {
  const schema = z.strictObject({
    name,
    secretArn,
    tiers: tiers(known),
    rpoMinutes: rpoMinutes.optional(),
    ...settings,
  });
  return parse(schema, text, MAX_LISTED_DATABASES);
}

/** Where a list is. */
export interface ListLocation {
  bucket: string;
  key: string;
}

/** Parses `s3://<bucket>/<key>`; undefined when it is none. */
export function parseListLocation(address: string): ListLocation | undefined {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/.exec(address);
  return match ? { bucket: match[1]!, key: match[2]! } : undefined;
}

import { isTierName, TIERS, type TierPolicy } from "./contract";
import { tierChoice } from "./retention";

/** Most tiers of one repository. */
const MAX_TIERS = 20;

const shown = (value: unknown): string => JSON.stringify(value) ?? "nothing";

function problemsOfTier(at: string, { name, tier, lockDays, expireDays }: Partial<TierPolicy>): string[] {
  const problems: string[] = [];
  if (typeof name !== "string" || !isTierName(name)) {
    problems.push(`${at}.name must be 1 to 20 characters of a-z, 0-9 and inner hyphens, got ${shown(name)}`);
  }
  if (!TIERS.includes(tier!)) problems.push(`${at}.tier must be one of ${TIERS.join(", ")}, got ${shown(tier)}`);
  if (!Number.isInteger(lockDays) || !Number.isInteger(expireDays) || lockDays! < 1 || expireDays! < lockDays!) {
    const got = `lockDays ${shown(lockDays)} and expireDays ${shown(expireDays)}`;
    problems.push(`${at} has ${got}; both are whole days, 1 <= lockDays <= expireDays`);
  }
  return problems;
}

/**
 * Parses the JSON of a repository's tiers: 1 to 20, each name once.
 * @returns no policies where there are problems
 */
export function parseTierPolicies(text: string): { policies: TierPolicy[]; problems: string[] } {
  const refused = (...problems: string[]) => ({ policies: [], problems });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused("is no JSON");
  }
  if (!Array.isArray(value) || value.length === 0) return refused("must be a JSON array of at least one tier");
  if (value.length > MAX_TIERS) return refused(`has ${value.length} tiers; a repository has at most ${MAX_TIERS}`);
  const items = value.map((item) => (item ?? {}) as Partial<TierPolicy>);
  const problems = items.flatMap((item, index) => problemsOfTier(`[${index}]`, item));
  items.forEach(({ name }, index) => {
    const first = items.findIndex((other) => other.name === name);
    if (name !== undefined && first < index) {
      problems.push(`[${index}].name is ${shown(name)} as [${first}]'s is; each tier needs a name of its own`);
    }
  });
  if (problems.length > 0) return refused(...problems);
  const policies = items.map(({ name, tier, lockDays, expireDays }) => ({ name, tier, lockDays, expireDays }));
  return { policies: policies as TierPolicy[], problems };
}

/**
 * Those of the repository's tiers that a database uses.
 * @param names theirs; undefined for all
 * @returns no tiers where there are problems: a name that is unknown or there twice, two tiers of one period
 */
export function tiersOfDatabase(
  all: readonly TierPolicy[],
  names: readonly string[] | undefined,
): { tiers: TierPolicy[]; problems: string[] } {
  const existing = all.map((policy) => policy.name).join(", ");
  if (names?.length === 0) return { tiers: [], problems: [`no tier is named; there are ${existing}`] };
  const choice = tierChoice(all, names);
  const problems = [
    ...choice.unknown.map((name) => `there is no tier ${shown(name)}; there are ${existing}`),
    ...choice.repeated.map((name) => `the tier ${name} is named twice`),
    ...choice.crowded.map(
      (same) =>
        `${same.names.join(" and ")} are all ${same.period}; a database uses one tier of a period, so name its tiers`,
    ),
  ];
  return { tiers: problems.length > 0 ? [] : choice.tiers, problems };
}

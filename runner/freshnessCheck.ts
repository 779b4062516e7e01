import type { FreshnessDatabase } from "./contract";
import { messageOf } from "./errors";
import { judge, type Judgement } from "./freshness";
import { recentSince, type SideLimits } from "./freshnessConfig";
import { gatherFacts, type Side } from "./freshnessFacts";
import type { Repository } from "./repository/repository";
import { tiersIn } from "./repositoryTiers";

/** A database that could not be judged, and why. */
export interface CheckFailure {
  database: string;
  message: string;
}

/** Judgements of the databases that could be judged, and why the others could not; each in the order they were given. */
export interface SideCheck {
  side: Side;
  judgements: Judgement[];
  failures: CheckFailure[];
}

/** What to check. */
export interface SideCheckOptions {
  side: Side;
  databases: readonly FreshnessDatabase[];
  /** Names of the tiers of a database that names none. Default: those that the repository holds, for one call more. */
  tiers?: readonly string[] | undefined;
  limits: SideLimits;
}

/** Databases looked at at once: each has as many calls in flight as it has tiers, and the SDK opens 50 sockets. */
const CONCURRENT_DATABASES = 16;

/** Judges every database of one side. One that can't be looked at does not keep the others from being judged. */
export async function checkSide(repository: Repository, options: SideCheckOptions, now: Date): Promise<SideCheck> {
  const { side, databases, limits } = options;
  let existing: Promise<readonly string[]> | undefined;
  const tiersOf = (own: readonly string[] | undefined): Promise<readonly string[]> => {
    if (own) return Promise.resolve(own);
    return (existing ??= options.tiers ? Promise.resolve(options.tiers) : tiersIn(repository));
  };
  async function check({ name, rpoMinutes, tiers }: FreshnessDatabase): Promise<Judgement | CheckFailure> {
    try {
      const since = recentSince(rpoMinutes, now);
      const facts = await gatherFacts(repository, name, { side, tiers: await tiersOf(tiers), since });
      return judge(facts, { ...limits, rpoMinutes }, now);
    } catch (error) {
      return { database: name, message: messageOf(error) };
    }
  }
  const results: (Judgement | CheckFailure)[] = [];
  let next = 0;
  async function work(): Promise<void> {
    for (let at = next++; at < databases.length; at = next++) results[at] = await check(databases[at]!);
  }
  await Promise.all(Array.from({ length: CONCURRENT_DATABASES }, work));
  const isJudged = (result: Judgement | CheckFailure): result is Judgement => "healthy" in result;
  return {
    side,
    judgements: results.filter(isJudged),
    failures: results.filter((result): result is CheckFailure => !isJudged(result)),
  };
}

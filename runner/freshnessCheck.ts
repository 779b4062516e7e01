import { messageOf } from "./errors";
import { type FreshnessLimits, judge, type Judgement } from "./freshness";
import { recentSince } from "./freshnessConfig";
import { gatherFacts, type Side } from "./freshnessFacts";
import type { Tier } from "./contract";
import type { Repository } from "./repository/repository";

/** Judgements of the databases that could be judged, and why the others could not. */
export interface SideCheck {
  side: Side;
  judgements: Judgement[];
  failures: { database: string; message: string }[];
}

/** What to check. */
export interface SideCheckOptions {
  side: Side;
  databases: readonly string[];
  tiers?: readonly Tier[] | undefined;
  limits: FreshnessLimits;
}

const CONCURRENT_DATABASES = 8;

/** Judges every database of one side. One that can't be looked at does not keep the others from being judged. */
export async function checkSide(repository: Repository, options: SideCheckOptions, now: Date): Promise<SideCheck> {
  const { side, tiers, limits } = options;
  const check: SideCheck = { side, judgements: [], failures: [] };
  const waiting = [...options.databases];
  async function work(): Promise<void> {
    for (let database = waiting.shift(); database !== undefined; database = waiting.shift()) {
      try {
        const facts = await gatherFacts(repository, database, { side, tiers, since: recentSince(limits, now) });
        check.judgements.push(judge(facts, limits, now));
      } catch (error) {
        check.failures.push({ database, message: messageOf(error) });
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENT_DATABASES }, work));
  const place = (item: { database: string }) => options.databases.indexOf(item.database);
  check.judgements.sort((a, b) => place(a) - place(b));
  check.failures.sort((a, b) => place(a) - place(b));
  return check;
}

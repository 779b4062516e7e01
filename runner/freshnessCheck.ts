import { messageOf } from "./errors";
import { judge, type Judgement } from "./freshness";
import { baselineSince, recentSince, type SideLimits } from "./freshnessConfig";
import type { FreshnessDatabase } from "./freshnessContract";
import { type DoctorJudgement, judgeDoctor, verificationDueMinutes } from "./freshnessEvidence";
import { gatherFacts, type Side } from "./freshnessFacts";
import { gatherDoctor, overdueMs } from "./freshnessRecords";
import type { Repository } from "./repository/repository";
import { tiersIn } from "./repositoryTiers";

/** A database that could not be judged, and why. */
export interface CheckFailure {
  database: string;
  message: string;
}

/** Judgements of the databases that could be judged, and why the others could not, each in the order they were given; and the doctor's. */
export interface SideCheck {
  side: Side;
  judgements: Judgement[];
  failures: CheckFailure[];
  /** Of the whole repository; null where the doctor is not judged, or its records could not be looked at. */
  doctor: DoctorJudgement | null;
}

/** What to check. */
export interface SideCheckOptions {
  side: Side;
  databases: readonly FreshnessDatabase[];
  /** Names of the tiers of a database that names none. Default: those that the repository holds, for one call more. */
  tiers?: readonly string[] | undefined;
  limits: SideLimits;
}

/** Databases looked at at once: each has about a dozen calls in flight at most, and the client opens 64 sockets. */
const CONCURRENT_DATABASES = 12;
/** Name of what failed when it was no database. */
export const DOCTOR = "doctor's records";

/** Whether every database was judged and nothing is wrong with any of them, nor by the doctor. */
export function isAllGood({ judgements, failures, doctor }: SideCheck): boolean {
  return failures.length === 0 && (doctor?.healthy ?? true) && judgements.every(({ healthy }) => healthy);
}

/** Judges every database of one side. One that can't be looked at does not keep the others from being judged. */
export async function checkSide(repository: Repository, options: SideCheckOptions, now: Date): Promise<SideCheck> {
  const { side, databases, limits } = options;
  let existing: Promise<readonly string[]> | undefined;
  const tiersOf = (own: readonly string[] | undefined): Promise<readonly string[]> => {
    if (own) return Promise.resolve(own);
    return (existing ??= options.tiers ? Promise.resolve(options.tiers) : tiersIn(repository));
  };
  const verificationDue = new Date(now.getTime() - verificationDueMinutes(limits, side) * 60_000);
  const timesOf = (intervalDays: number) => ({ since: new Date(now.getTime() - overdueMs(intervalDays)), now });
  async function check({ name, tiers, ...own }: FreshnessDatabase): Promise<Judgement | CheckFailure> {
    try {
      const held = { ...limits, ...own, drillIntervalDays: own.drillIntervalDays ?? limits.drillIntervalDays };
      const facts = await gatherFacts(repository, name, {
        side,
        tiers: await tiersOf(tiers),
        since: recentSince(own.rpoMinutes, now),
        baselineSince: baselineSince(own.rpoMinutes, now),
        verificationDue,
        drills: held.drillIntervalDays === undefined ? undefined : timesOf(held.drillIntervalDays),
      });
      return judge(facts, held, now);
    } catch (error) {
      return { database: name, message: messageOf(error) };
    }
  }
  async function checkDoctor(intervalDays: number): Promise<DoctorJudgement | CheckFailure> {
    try {
      return judgeDoctor(await gatherDoctor(repository, timesOf(intervalDays)), intervalDays, now);
    } catch (error) {
      return { database: DOCTOR, message: messageOf(error) };
    }
  }
  const results: (Judgement | CheckFailure)[] = [];
  let next = 0;
  async function work(): Promise<void> {
    for (let at = next++; at < databases.length; at = next++) results[at] = await check(databases[at]!);
  }
  await Promise.all(Array.from({ length: CONCURRENT_DATABASES }, work));
  const doctor = limits.doctorIntervalDays === undefined ? null : await checkDoctor(limits.doctorIntervalDays);
  const isJudged = (result: Judgement | CheckFailure): result is Judgement => "healthy" in result;
  return {
    side,
    judgements: results.filter(isJudged),
    failures: [
      ...results.filter((result): result is CheckFailure => !isJudged(result)),
      ...(doctor && "message" in doctor ? [doctor] : []),
    ],
    doctor: doctor && "healthy" in doctor ? doctor : null,
  };
}

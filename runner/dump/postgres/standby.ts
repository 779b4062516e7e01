import type { Client } from "pg";
import { ENV } from "../../contract";
import { StageError } from "../../errors";

/** The limits of `DumpOptions` on standbys. */
export interface StandbyLimits {
  allowStandby: boolean;
  maxReplayLagSeconds: number;
}

/**
 * Seconds by which what a query sees now is behind the primary. What was received is replayed: nothing is missing, as long as
 * something is received; else the age of the last transaction, which on an idle primary is an upper bound. Null: nobody can say.
 */
const LAG = `
  CASE WHEN EXISTS (SELECT FROM pg_stat_wal_receiver WHERE pid IS NOT NULL)
         AND pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN 0
       WHEN pg_last_xact_replay_timestamp() IS NULL THEN NULL -- greatest() would make 0 of it
       ELSE greatest(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())) END::float8`;

/** Asks a standby how far it is behind, in seconds; undefined when it can't be told. */
export async function readLagSeconds(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ lag: number | null }>(`SELECT ${LAG} AS lag`);
  return rows[0]!.lag ?? undefined;
}

/** Why a standby is not dumped; undefined: it may be. `lagSeconds` undefined: it can't be told. */
export function standbyProblem(
  where: string,
  limits: StandbyLimits,
  lagSeconds: number | undefined,
): string | undefined {
  if (!limits.allowStandby) {
    return `${where} is a standby, which may be behind and cancels long queries; point PGHOST at the primary, or set ${ENV.allowStandby}=true`;
  }
  if (lagSeconds === undefined) {
    return `${where} is a standby that is behind and has replayed no transaction since it started, so nobody can say how far; let it catch up, or point PGHOST at the primary`;
  }
  if (lagSeconds > limits.maxReplayLagSeconds) {
    return `${where} is a standby that is behind by ${Math.ceil(lagSeconds)} s, the limit is ${limits.maxReplayLagSeconds} s; let it catch up, raise ${ENV.maxReplayLagSeconds}, or point PGHOST at the primary`;
  }
  return undefined;
}

/**
 * Checks a standby against the limits.
 * @throws StageError `preflight`
 */
export async function requireFreshStandby(client: Client, where: string, limits: StandbyLimits): Promise<void> {
  const lag = limits.allowStandby ? await readLagSeconds(client) : undefined;
  const problem = standbyProblem(where, limits, lag);
  if (problem !== undefined) throw new StageError("preflight", "preflight", problem);
}

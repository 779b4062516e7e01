/** Rounds of a bench, each with every contender that is there. */
import { roundOrder } from "./statistics";

/** What takes part. */
export interface RoundContender {
  key: string;
  /** Why it can't be had. */
  missing?: string;
  /** Takes part in the first so many rounds only. */
  rounds?: number;
}

/** Runs all rounds; of each contender the result of each round that it took part in. */
export async function allRounds<C extends RoundContender, R extends { wallSeconds: number }>(
  contenders: readonly C[],
  rounds: number,
  runOnce: (contender: C) => Promise<R>,
  say: (line: string) => void,
): Promise<Map<string, (R | undefined)[]>> {
  const results = new Map(contenders.map(({ key }) => [key, Array<R | undefined>(rounds).fill(undefined)]));
  const present = contenders.filter((one) => one.missing === undefined);
  for (let round = 0; round < rounds; round++) {
    for (const contender of roundOrder(present, round)) {
      if (round >= (contender.rounds ?? rounds)) continue;
      const result = await runOnce(contender);
      results.get(contender.key)![round] = result;
      say(`round ${round + 1} of ${rounds}: ${contender.key}: ${result.wallSeconds.toFixed(1)} s`);
    }
  }
  return results;
}

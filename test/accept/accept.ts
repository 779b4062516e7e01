/** One run: deploy, try every claim, sweep. */
import { CHECKS } from "./checks";
import { type Access, type Finding, openGround, type Outputs, unproven } from "./ground";
import { sweep } from "./sweep";

/** A stack that is there. */
export interface Deployed {
  outputs: Outputs;
  destroy: () => Promise<void>;
}

export interface Report {
  rows: ({ id: string; whatItProves: string } & Finding)[];
  /** What the sweep could not take away, or what AWS will. */
  left: string[];
}

/** Exit code of a run: 1 when AWS is not as the project takes it. */
export const exitCodeOf = ({ rows }: Report): number => (rows.some(({ verdict }) => verdict === "disproven") ? 1 : 0);

/**
 * @param signal ends the trying, never the sweeping
 * @throws what `deploy` throws
 */
export async function accept(
  access: Access,
  deploy: () => Promise<Deployed>,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Report> {
  const { outputs, destroy } = await deploy();
  const opening = openGround(access, outputs);
  const rows: Report["rows"] = [];
  for (const { id, whatItProves, run } of CHECKS) {
    say(id);
    const finding = signal?.aborted
      ? unproven("not tried: stopped by a signal")
      : await opening.then(run).catch((error: Error) => unproven(`${error.name}: ${error.message}`));
    rows.push({ id, whatItProves, ...finding });
  }
  say("sweeping");
  return { rows, left: await sweep(access, outputs, destroy) };
}

import { type Env, EnvReader } from "../config";
import type { CliContext } from "./context";

const CODES = { good: 32, bad: 31, unknown: 33, strong: 1 } as const;

/**
 * Whether output takes colours: NO_COLOR says no, FORCE_COLOR says yes (0 and false: no), a terminal does unless it is a dumb one.
 * @see https://no-color.org and https://force-color.org
 */
export function takesColors(env: Env, isTerminal: boolean): boolean {
  const reader = new EnvReader(env);
  if (reader.optional("NO_COLOR") !== undefined) return false;
  const forced = reader.optional("FORCE_COLOR");
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal && env.TERM !== "dumb";
}

/** Text in the colour of what it means, where colours are taken. */
export function paint(context: Pick<CliContext, "hasColors">, meaning: keyof typeof CODES, text: string): string {
  return context.hasColors ? `\u001b[${CODES[meaning]}m${text}\u001b[0m` : text;
}

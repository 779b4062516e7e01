import { StageError } from "../errors";
import type { CliContext } from "./context";
import { orInterrupted } from "./options";

/**
 * Has a person agree to an act that destroys or costs, by typing a word that only somebody who read the question types: the name of
 * what is about to go. Elsewhere than at a terminal the same word must have been given as an option.
 *
 * @param question what is about to happen, as a sentence: `the database "orders" and all it holds will be replaced`
 * @param expected the word, usually a name
 * @param given the word as an option gave it; undefined: ask
 * @param option the option that takes the word, or `--yes` where one says it all, for the message
 * @throws StageError `usage` when it is another word, or nobody can be asked
 */
export async function confirm(
  context: Pick<CliContext, "signal" | "ask">,
  question: string,
  expected: string,
  given?: string,
  option = "--confirm",
): Promise<void> {
  const { ask } = context;
  if (given === undefined && ask === undefined) {
    const fix = `give ${option === "--yes" ? option : `${option} ${expected}`}, or run it at a terminal`;
    throw new StageError("confirmation", "usage", `${question}; nobody can be asked here: ${fix}`);
  }
  const answer = given ?? (await orInterrupted(context, ask!(`${question}.\nType "${expected}" to go on: `))).trim();
  if (answer === expected) return;
  const what = given === undefined ? "the answer" : option;
  throw new StageError("confirmation", "usage", `${what} was "${answer}", not "${expected}"; nothing was done`);
}

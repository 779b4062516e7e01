import { UNKNOWN, type Unknown } from "./unknowns";

/** Whether something holds; `UNKNOWN` where that shows only at the update. */
export type Answer = boolean | Unknown;

/** True when one is, whatever the others will be. */
export function anyOf(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(UNKNOWN) ? UNKNOWN : false;
}

/** False when one is, whatever the others will be. */
export function allOf(answers: readonly Answer[]): Answer {
  return not(anyOf(answers.map(not)));
}

/** The opposite; what is not known stays so. */
export function not(answer: Answer): Answer {
  return answer === UNKNOWN ? UNKNOWN : !answer;
}

import { jsonValue } from "./jsonTexts";
import { at, isObject, listAt, UNKNOWN, type Unknown } from "./unknowns";

/** One state of a state machine's definition. */
export interface TaskState {
  name: string;
  state: object;
}

/**
 * The Task states of a definition in Amazon States Language, those inside of Map and Parallel included. `UNKNOWN` where it
 * is not known yet, undefined for text that is not JSON, as with the native provider's substitutions.
 *
 * @see https://states-language.net/spec.html
 */
export function taskStatesOf(definition: unknown): readonly TaskState[] | Unknown | undefined {
  if (definition === UNKNOWN) return UNKNOWN;
  const root = jsonValue(definition);
  if (!isObject(root)) return undefined;
  const found: TaskState[] = [];
  // Grows while it is walked through, and holds nothing twice, so that neither depth nor a circle stops it.
  const holders = new Set<unknown>([root]);
  for (const holder of holders) {
    const states = at(holder, "States");
    if (!isObject(states)) continue;
    for (const name of Object.keys(states)) {
      const state = at(states, name);
      if (!isObject(state)) continue;
      if (at(state, "Type") === "Task") found.push({ name, state });
      const branches = listAt(state, "Branches");
      const inside = [at(state, "ItemProcessor"), at(state, "Iterator"), ...(branches === UNKNOWN ? [] : branches)];
      for (const one of inside) holders.add(one);
    }
  }
  return found;
}

// What Step Functions refuses in a definition. Pure; one message per problem.
import { isObject, known, type Props } from "../wire";

const TYPES = ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"];
const WITHOUT_NEXT = ["Succeed", "Fail", "Choice"];

function targets(state: Props): string[] {
  const handlers = [...((state["Catch"] ?? []) as Props[]), ...((state["Choices"] ?? []) as Props[])];
  return [state["Next"], state["Default"], ...handlers.map((h) => h["Next"] as unknown)].filter(
    (t): t is string => typeof t === "string",
  );
}

function machine(definition: Props, at: string): string[] {
  const states = (definition["States"] ?? {}) as Props;
  const names = Object.keys(states);
  const problems: string[] = [];
  if (names.length === 0) problems.push(`${at} has no States`);
  if (!names.includes(definition["StartAt"]))
    problems.push(`${at}: MISSING_TRANSITION_TARGET: StartAt "${definition["StartAt"]}" is no state`);
  for (const [name, state] of Object.entries(states) as [string, Props][]) {
    const where = `${at}/${name}`;
    if (!TYPES.includes(state["Type"]))
      problems.push(`${where}: Type "${state["Type"]}" is not one of ${TYPES.join(", ")}`);
    if (!WITHOUT_NEXT.includes(state["Type"]) && (state["Next"] === undefined) === (state["End"] !== true)) {
      problems.push(`${where} takes either Next or End`);
    }
    for (const target of targets(state)) {
      if (!names.includes(target)) problems.push(`${where}: MISSING_TRANSITION_TARGET: there is no state "${target}"`);
    }
    if (state["Type"] === "Task" && typeof state["Resource"] !== "string")
      problems.push(`${where}: a Task needs a Resource`);
    const inner = [
      ...((state["Branches"] ?? []) as Props[]),
      state["ItemProcessor"] as Props,
      state["Iterator"] as Props,
    ];
    inner.filter(isObject).forEach((nested) => problems.push(...machine(nested, where)));
  }
  const reached = new Set([
    definition["StartAt"] as string,
    ...Object.values(states).flatMap((s) => targets(s as Props)),
  ]);
  for (const name of names.filter((n) => !reached.has(n)))
    problems.push(`${at}: MISSING_TRANSITION: state "${name}" is never reached`);
  return problems;
}

export function stateMachine(i: Props): string[] {
  const text = i["definition"] as unknown;
  if (typeof text !== "string" || !known(text)) return [];
  try {
    return machine(JSON.parse(text) as Props, "definition").map((problem) => `InvalidDefinition: ${problem}`);
  } catch {
    return ["InvalidDefinition: the definition is not JSON"];
  }
}

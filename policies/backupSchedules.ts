import type { Stack, StackResource } from "./stack";
import { at } from "./unknowns";

/** Something that starts what it names on a schedule. Values are as the program wrote them; any may be `UNKNOWN`. */
export interface StackSchedule {
  /** The schedule or rule. */
  entry: StackResource;
  expression: unknown;
  /** `state`, or `DISABLED` where the rule says `isEnabled: false`. */
  state: unknown;
  endDate: unknown;
  /** What it starts, and whatever else its target is made from. */
  targets: readonly StackResource[];
}

/**
 * EventBridge schedules and the rules that have a schedule, in the order of their URNs.
 * The rule that asks must read the inputs of `schedule` and `eventRule`.
 */
export function schedulesOf(stack: Stack): StackSchedule[] {
  const schedules = stack
    .ofConcept("schedule")
    .map((entry) => scheduleOf(entry, stack.dependenciesOf(entry, "target")));
  const rules = stack.ofConcept("eventRule").map((entry) => {
    const separate = stack
      .partsOf(entry, "eventRule", "eventTarget", "rule")
      .flatMap((target) => [...stack.dependenciesOf(target, "arn"), ...stack.dependenciesOf(target, "ecsTarget")]);
    return scheduleOf(entry, [...separate, ...stack.dependenciesOf(entry, "targets")]);
  });
  return [...schedules, ...rules].filter(({ expression }) => expression !== undefined);
}

function scheduleOf(entry: StackResource, targets: readonly StackResource[]): StackSchedule {
  const { inputs } = entry;
  return {
    entry,
    expression: at(inputs, "scheduleExpression"),
    state: at(inputs, "isEnabled") === false ? "DISABLED" : at(inputs, "state"),
    endDate: at(inputs, "endDate"),
    targets,
  };
}

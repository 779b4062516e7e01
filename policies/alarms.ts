import { groupedBy } from "./grouping";
import { jsonText } from "./jsonTexts";
import { pairsOf } from "./pairs";
import { isA } from "./resourceTypes";
import type { Stack, StackResource } from "./stack";
import { at, listAt, UNKNOWN, type Unknown } from "./unknowns";

/** A metric alarm, as its program asked for it. */
export interface StackAlarm extends StackResource {
  metricName: unknown;
  /** By name; a value may be `UNKNOWN`. */
  dimensions: ReadonlyMap<string, unknown>;
  /** Its names, description and metrics: what it says it is about. */
  text: string;
  /** Somebody is told: it has actions that are on, or it is part of a composite alarm. */
  tells: boolean;
  /**
   * What keeps it from telling of silence, with the fix; undefined when nothing does, `UNKNOWN` where that is not known
   * yet. An action that is not known is one about to be created.
   */
  silenceProblem: string | Unknown | undefined;
}

/** Every metric alarm of the stack, in the order of their URNs. The rule that asks must read the inputs of `metricAlarm`. */
export function alarmsOf(stack: Stack): StackAlarm[] {
  return stack.ofConcept("metricAlarm").map((entry) => {
    const { inputs } = entry;
    const names = ["name", "alarmName", "alarmDescription", "namespace", "metricName"].map((key) => at(inputs, key));
    const metrics = [at(inputs, "metricQueries"), at(inputs, "metrics")].map(jsonText);
    const isInComposite = stack.dependentsOf(entry).some(({ type }) => isA("compositeAlarm", type));
    const tells = isInComposite || hasActions(inputs);
    return {
      ...entry,
      metricName: at(inputs, "metricName"),
      dimensions: dimensionsOf(inputs),
      text: [entry.name, ...names.filter((name) => typeof name === "string"), ...metrics].join(" "),
      tells,
      silenceProblem: silenceProblem(at(inputs, "treatMissingData"), tells),
    };
  });
}

/**
 * Of alarms that ought to tell of silence, those that do not: by what they watch, so that a second, milder alarm on the
 * same metric does no harm.
 */
export function silentAlarms(alarms: readonly StackAlarm[]): { alarm: StackAlarm; problem: string | Unknown }[] {
  const byWatched = groupedBy(alarms, ({ dimensions }) => [
    JSON.stringify([...dimensions].map(([name, value]) => [name, String(value)]).sort()),
  ]);
  return [...byWatched.values()].flatMap((same) =>
    same.some(({ silenceProblem: problem }) => problem === undefined)
      ? []
      : same.slice(0, 1).map((alarm) => ({ alarm, problem: alarm.silenceProblem! })),
  );
}

function silenceProblem(missing: unknown, tells: boolean): string | Unknown | undefined {
  if (missing !== UNKNOWN && missing !== "breaching") {
    return `treatMissingData must be "breaching", got ${missing === undefined ? "nothing" : JSON.stringify(missing)}: without it nobody hears of a check that stopped`;
  }
  if (!tells) return "alarmActions must name somebody to tell, got none; give it the ARN of a topic";
  return missing === UNKNOWN ? UNKNOWN : undefined;
}

function hasActions(inputs: object): boolean {
  const actions = listAt(inputs, "alarmActions");
  return at(inputs, "actionsEnabled") !== false && (actions === UNKNOWN || actions.length > 0);
}

function dimensionsOf(inputs: object): Map<string, unknown> {
  return new Map(pairsOf(at(inputs, "dimensions"), "name").map(([name, value]) => [String(name), value]));
}

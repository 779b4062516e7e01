// What S3 refuses about lifecycle rules. Pure; one message per problem. Source: S3 User Guide, "Lifecycle general
// transition considerations", and the API's PutBucketLifecycleConfiguration.
import { isObject, known, objectsOf, type Props } from "../wire";
import { oneOf } from "./s3";

const WATERFALL = ["STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];
const INFREQUENT = ["STANDARD_IA", "ONEZONE_IA"];
const MIN_IA_DAYS = 30;
const MAX_RULES = 1000;

const positive = (what: string, days: unknown): string[] =>
  typeof days === "number" && !(Number.isInteger(days) && days > 0)
    ? [`${what} is ${days}: it must be a positive integer`]
    : [];

// Unknown values are text and would compare as such.
const lessThan = (a: unknown, b: unknown, plus: number): boolean =>
  typeof a === "number" && typeof b === "number" && a < b + plus;

function transitions(id: string, list: Props[], days: "days" | "noncurrentDays"): string[] {
  const problems: string[] = [];
  list.forEach((transition, i) => {
    const storageClass = transition["storageClass"] as string;
    const at = transition[days] as number;
    problems.push(...oneOf(`rule ${id}: storageClass`, storageClass, WATERFALL));
    if (INFREQUENT.includes(storageClass) && at < MIN_IA_DAYS) {
      problems.push(`rule ${id}: ${days} is ${at} for ${storageClass}: it must be at least ${MIN_IA_DAYS}`);
    }
    const before = list[i - 1];
    if (!before) return;
    const steps = [storageClass, before["storageClass"] as string].map((c) => WATERFALL.indexOf(c));
    if (!steps.includes(-1) && steps[0]! <= steps[1]!) {
      problems.push(`rule ${id}: objects cannot move from ${before["storageClass"]} to ${storageClass}`);
    }
    if (INFREQUENT.includes(before["storageClass"]) && lessThan(at, before[days], MIN_IA_DAYS)) {
      problems.push(
        `rule ${id}: ${storageClass} at ${at} days comes less than ${MIN_IA_DAYS} days after ${before["storageClass"]} at ${before[days]}`,
      );
    }
  });
  return problems;
}

function rule(r: Props): string[] {
  const id = r["id"] as string;
  const expiration = r["expiration"] as Props | undefined;
  const moves = objectsOf(r["transitions"]);
  const problems = [
    ...oneOf(`rule ${id}: status`, r["status"], ["Enabled", "Disabled"]),
    ...positive(`rule ${id}: expiration.days`, expiration?.["days"]),
    ...positive(
      `rule ${id}: noncurrentVersionExpiration.noncurrentDays`,
      r["noncurrentVersionExpiration"]?.noncurrentDays,
    ),
    ...positive(
      `rule ${id}: abortIncompleteMultipartUpload.daysAfterInitiation`,
      r["abortIncompleteMultipartUpload"]?.daysAfterInitiation,
    ),
    ...transitions(id, moves, "days"),
    ...transitions(id, objectsOf(r["noncurrentVersionTransitions"]), "noncurrentDays"),
  ];
  if (
    isObject(expiration) &&
    ["days", "date", "expiredObjectDeleteMarker"].filter((k) => expiration[k] !== undefined).length !== 1
  ) {
    problems.push(`rule ${id}: expiration takes exactly one of days, date and expiredObjectDeleteMarker`);
  }
  const last = moves.at(-1);
  if (last && lessThan(expiration?.["days"], last["days"], 1)) {
    problems.push(
      `rule ${id}: expiration.days is ${expiration?.["days"]}: it must be greater than the transition at ${last["days"]}`,
    );
  }
  const actions = [
    "expiration",
    "transitions",
    "noncurrentVersionExpiration",
    "noncurrentVersionTransitions",
    "abortIncompleteMultipartUpload",
  ];
  if (!actions.some((action) => r[action] !== undefined))
    problems.push(`rule ${id}: at least one action has to be given`);
  return problems;
}

export function lifecycle(inputs: Props): string[] {
  const rules = objectsOf(inputs["rules"]);
  const ids = rules.map((r) => r["id"] as string).filter(known);
  return [
    ...((rules.length === 0 && known(inputs["rules"])) || rules.length > MAX_RULES
      ? [`a lifecycle takes 1 to ${MAX_RULES} rules, not ${rules.length}`]
      : []),
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `rule ${id}: the id is not unique`),
    ...rules.flatMap(rule),
  ];
}

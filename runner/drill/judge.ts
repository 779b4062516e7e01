import type { DrillAssertion, DrillCheck, DrillRecord } from "../drillContract";

/** What is judged; answers of other types are told by their type alone. */
export type AnswerValue = string | number | boolean;

/** What a question to the restored database was answered. */
export type AssertionAnswer =
  | {
      kind: "value";
      /** As pg gives it; large numbers as text. */ value: AnswerValue | null;
      /** Oid of its type. */ typeOid: number;
    }
  | { kind: "noRow" }
  | { kind: "noColumn" }
  | { kind: "error"; message: string };

const BOOLEAN = 16;
/** int8, int2, int4, float4, float8, numeric. */
const NUMBERS = new Set([20, 21, 23, 700, 701, 1700]);
const MAX_MESSAGE = 500;

/** Name of the check of an assertion. */
export const assertionCheckName = ({ name }: DrillAssertion): string => `assertion: ${name}`;

/** It passes when the first column of the first row is true, or a number other than 0. */
export function judgeAssertion(assertion: DrillAssertion, answer: AssertionAnswer): DrillCheck {
  const check = (passed: boolean, detail: string) => ({ name: assertionCheckName(assertion), passed, detail });
  switch (answer.kind) {
    case "error":
      return check(false, `the query failed: ${answer.message.slice(0, MAX_MESSAGE)}`);
    case "noRow":
      return check(false, "the query returned no row");
    case "noColumn":
      return check(false, "the query returned no column");
    case "value": {
      const { value, typeOid } = answer;
      if (value === null) return check(false, "the answer is null");
      if (typeOid === BOOLEAN) return check(value === true, `the answer is ${String(value)}`);
      if (!NUMBERS.has(typeOid)) {
        return check(false, "the answer is neither a boolean nor a number; compare it with something in the query");
      }
      const number = Number(value);
      return check(number !== 0 && !Number.isNaN(number), `the answer is ${String(value)}`);
    }
  }
}

/** The fingerprint is computed by the same code on both sides. */
export function judgeFingerprint(expected: string, found: string): DrillCheck {
  const short = (text: string) => text.slice(0, 12);
  return {
    name: "schemaFingerprint",
    passed: expected === found,
    detail:
      expected === found
        ? `tables, columns and types are those of the dump (${short(found)})`
        : `tables, columns or types differ: the restored schema has ${short(found)}, the manifest says ${short(expected)}; compare pg_dump --schema-only of both`,
  };
}

const shown = (seconds: number) => `${seconds.toFixed(1)} s`;

/** Preflight and restore together against the objective. Undefined where none is set. */
export function judgeRecoveryTime(seconds: number, rtoSeconds: number | null): DrillCheck | undefined {
  if (rtoSeconds === null) return undefined;
  const passed = seconds <= rtoSeconds;
  return {
    name: "recoveryTime",
    passed,
    detail: `${shown(seconds)}, the objective is ${shown(rtoSeconds)}${passed ? "" : `: ${shown(seconds - rtoSeconds)} too long`}`,
  };
}

/** Names of the checks that a drill owes, in their order. */
export function owedChecks(request: {
  assertions: readonly DrillAssertion[];
  rtoSeconds: number | null;
  rehearseNextMajor: boolean;
}): string[] {
  return [
    "restore",
    "recoveryTime",
    "rowCounts",
    "schemaFingerprint",
    ...request.assertions.map(assertionCheckName),
    "nextMajor",
  ].filter(
    (name) =>
      (name !== "recoveryTime" || request.rtoSeconds !== null) && (name !== "nextMajor" || request.rehearseNextMajor),
  );
}

/** Every check that is owed, in order; one that was not come to has failed. What nobody owed follows. */
export function allChecks(owed: readonly string[], made: readonly DrillCheck[]): DrillCheck[] {
  const notReached = (name: string) => ({ name, passed: false, detail: "not come to: an earlier step failed" });
  return [
    ...owed.map((name) => made.find((check) => check.name === name) ?? notReached(name)),
    ...made.filter(({ name }) => !owed.includes(name)),
  ];
}

/** Passed only when every check did, and nothing that is encrypted stayed closed. */
export function verdictOf(
  checks: readonly DrillCheck[],
  decryption: DrillRecord["decryption"],
): DrillRecord["verdict"] {
  return checks.length > 0 && checks.every(({ passed }) => passed) && decryption !== "notProven" ? "passed" : "failed";
}

import type { Judgement } from "../freshness";
import type { SideCheck } from "../freshnessCheck";
import { humanBytes, humanMinutes, table } from "./format";

function verified({ recoveryPoint, verification, problems }: Judgement): string {
  if (recoveryPoint === null) return "none";
  if (problems.some(({ code }) => code === "notVerified")) return "MISSING";
  if (verification?.healthy === false) return "FAILED";
  if (verification?.recoveryPointId !== recoveryPoint.id) return "pending";
  if (verification.healthy === null) return "?";
  return verification.decryption === "notProven" ? "sealed" : "yes";
}

function drilled({ drill, problems, notices }: Judgement): string {
  if (drill === null) {
    const isJudged = [...problems, ...notices].some(({ code }) => code === "drillMissing" || code === "drillPending");
    return isJudged ? "none" : "-";
  }
  if (!drill.passed) return "FAILED";
  // Intervals of drills are days, and the table is wide already.
  const days = Math.floor(drill.ageMinutes / 1440);
  return days > 0 ? `${days}d` : humanMinutes(drill.ageMinutes);
}

function state({ healthy, problems }: Judgement): string {
  if (healthy) return "healthy";
  return problems.length === 1 ? "1 PROBLEM" : `${problems.length} PROBLEMS`;
}

/** A status table for people, and below it one line per problem, then per notice. */
export function statusText(checks: readonly Pick<SideCheck, "side" | "judgements" | "doctor">[]): string {
  const judgements = checks.flatMap((check) => check.judgements);
  const rows = judgements.map((judgement) => [
    judgement.database,
    judgement.side,
    state(judgement),
    judgement.ageMinutes === null ? "none" : humanMinutes(judgement.ageMinutes),
    humanMinutes(judgement.rpoMinutes),
    judgement.recoveryPoint?.id ?? "none",
    judgement.recoveryPoint?.storedBytes == null ? "?" : humanBytes(judgement.recoveryPoint.storedBytes),
    verified(judgement),
    drilled(judgement),
  ]);
  const head = ["Database", "Side", "State", "Age", "RPO", "Newest recovery point", "Stored", "Verified", "Drill"];
  const lines = (what: "problems" | "notices", mark: string) =>
    judgements.flatMap(({ database, side, [what]: found }) =>
      found.map(({ code, message }) => `${database} (${side}): ${mark}${code}: ${message}`),
    );
  const doctor = checks.flatMap(({ side, doctor }) =>
    (doctor?.problems ?? []).map(({ code, message }) => `doctor (${side}): ${code}: ${message}`),
  );
  return [table(head, rows), ...doctor, ...lines("problems", ""), ...lines("notices", "notice: ")].join("\n");
}

import type { Evidence } from "./report/evidence";
import { htmlReport } from "./report/html";
import { markdownReport } from "./report/markdown";
import { summariesOf } from "./report/summary";

export { databasesWithEvidence, gatherEvidence, type GatherRequest } from "./report/gather";
export type { Evidence };

/** How a report is written down. */
export const REPORT_FORMATS = ["md", "html", "json"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Writes the evidence down: an auditor's questions first, then each database with its drills. */
export function renderReport(evidence: Evidence, format: ReportFormat): string {
  switch (format) {
    case "md":
      return markdownReport(evidence);
    case "html":
      return htmlReport(evidence);
    case "json":
      return `${JSON.stringify({ formatVersion: 1, ...evidence, summaries: summariesOf(evidence) }, null, 2)}\n`;
  }
}

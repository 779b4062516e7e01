import { createHash } from "node:crypto";
import type { Alert } from "../alertContract";
import { clip, clipLines } from "./wording";

/** Where events go, unless the channel names another place. */
export const PAGER_DUTY_EVENTS_URL = "https://events.pagerduty.com/v2/enqueue";

const MAX_SUMMARY = 1_024;
const MAX_KEY = 255;

/** Joins what belongs together in PagerDuty: a second trigger with it makes no second incident, a resolve ends it. */
export function dedupKey(id: string): string {
  return id.length <= MAX_KEY ? id : createHash("sha256").update(id).digest("hex");
}

/** Event of the Events API v2; undefined for a digest, which is no incident. */
export function pagerDutyPayload(alert: Alert, routingKey: string) {
  if (alert.state === "digest") return undefined;
  const key = { routing_key: routingKey, dedup_key: dedupKey(alert.id) };
  if (alert.state === "recovered") return { ...key, event_action: "resolve" };
  const { repository, database, side, region } = alert.source;
  return {
    ...key,
    event_action: "trigger",
    client: "backup321",
    payload: {
      summary: clip(alert.title, MAX_SUMMARY),
      source: [repository ?? "backup321", side, region].filter((part) => part != null).join(" "),
      severity: alert.severity,
      timestamp: alert.since,
      ...(database === undefined ? {} : { component: database }),
      ...(repository === null ? {} : { group: repository }),
      custom_details: {
        what: clipLines(alert.what, 8_000),
        since: alert.since,
        at_risk: alert.atRisk,
        next_command: alert.nextCommand,
      },
    },
  };
}

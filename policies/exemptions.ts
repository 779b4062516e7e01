import type { PolicyConfigSchema } from "@pulumi/policy";
import type { Target } from "./definition";
import { isObject } from "./unknowns";

/** A resource that a rule lets through for a while, with somebody who answers for it. */
export interface Exemption {
  /** The resource's name, `type::name`, or its URN. */
  resource: string;
  reason: string;
  owner: string;
  /** `yyyy-mm-dd`, UTC: the last day. */
  expires: string;
}

/** The longest that an exemption may still run: what is exempted for ever is a rule switched off in silence. */
export const MAX_EXEMPTION_DAYS = 366;
/** From so many days before its end an exemption is announced on every run. */
export const EXEMPTION_NOTICE_DAYS = 30;

const DAY_MS = 24 * 60 * 60 * 1000;
const FIELDS = ["resource", "reason", "owner", "expires"] as const;

/** For the engine, which checks a configuration before it judges anything. */
export const EXEMPTIONS_SCHEMA: PolicyConfigSchema["properties"][string] = {
  type: "array",
  default: [],
  description:
    "Resources that the rule lets through: each with its resource (name, type::name or URN), a reason, an owner, and the last day it holds (expires, yyyy-mm-dd, at most 366 days from now).",
  items: {
    type: "object",
    required: [...FIELDS],
    additionalProperties: false,
    properties: {
      resource: { type: "string", minLength: 1 },
      reason: { type: "string", minLength: 1 },
      owner: { type: "string", minLength: 1 },
      expires: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
    },
  },
};

/** What is wrong with a list of exemptions as a program or a file writes it; empty when nothing is. */
export function exemptionProblems(written: unknown, now: Date): string[] {
  if (written === undefined) return [];
  if (!Array.isArray(written)) return ["exemptions must be a list"];
  return written.flatMap((exemption: unknown, index) => {
    if (!isObject(exemption)) return [`exemptions[${index}] must be an object with ${FIELDS.join(", ")}`];
    const fields = exemption as Record<string, unknown>;
    const where = `exemptions[${index}]${typeof fields["resource"] === "string" ? ` (${fields["resource"]})` : ""}`;
    const missing = FIELDS.filter((field) => typeof fields[field] !== "string" || fields[field].trim() === "");
    const unknown = Object.keys(fields).filter((field) => !(FIELDS as readonly string[]).includes(field));
    return [
      ...missing.map((field) => `${where} has no ${field}`),
      ...unknown.map((field) => `${where} has no field "${field}"; it has ${FIELDS.join(", ")}`),
      ...(missing.includes("expires") ? [] : expiryProblems(where, String(fields["expires"]), now)),
    ];
  });
}

function expiryProblems(where: string, expires: string, now: Date): string[] {
  const end = endOf(expires);
  if (end === undefined) return [`${where}: expires must be a day as yyyy-mm-dd, got ${JSON.stringify(expires)}`];
  const days = Math.ceil((end - now.getTime()) / DAY_MS);
  return days > MAX_EXEMPTION_DAYS
    ? [`${where}: expires ${expires} is ${days} days away; at most ${MAX_EXEMPTION_DAYS} are allowed`]
    : [];
}

/** How an exemption stands: it holds, it holds and ends soon, or it has ended. */
export type ExemptionState = "holds" | "endsSoon" | "ended";

export function stateOf(exemption: Exemption, now: Date): ExemptionState {
  const end = endOf(exemption.expires);
  if (end === undefined || now.getTime() >= end) return "ended";
  return end - now.getTime() <= EXEMPTION_NOTICE_DAYS * DAY_MS ? "endsSoon" : "holds";
}

/** The exemption written for a resource; the one that ends last where there are several. */
export function exemptionFor(target: Target, exemptions: readonly Exemption[]): Exemption | undefined {
  return exemptions
    .filter(
      ({ resource }) => resource === target.name || resource === target.urn || target.urn.endsWith(`::${resource}`),
    )
    .sort((a, b) => (a.expires < b.expires ? 1 : -1))[0];
}

/** The first moment after the last day. */
function endOf(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const start = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== day ? undefined : start + DAY_MS;
}

import type { Alert } from "../../../runner/alertContract";
import type { DeliverDependencies } from "../../../runner/alerts/deliver";
import type { SecretSource } from "../../../runner/alerts/channelSecrets";
import type { HttpReceiver } from "../../support/httpReceiver";

export const NOW = new Date("2026-11-20T06:00:00.000Z");

export const CONTEXT = {
  repository: "shop",
  primary: { bucket: "shop-primary", region: "eu-central-1" },
  replica: { bucket: "shop-replica", region: "eu-west-1" },
};

/** A problem with every field. */
export const PROBLEM: Alert = {
  id: "freshness/shop/orders/replica",
  state: "problem",
  severity: "critical",
  title: "Database orders on the replica has problems: stale",
  what: ["stale: newest recovery point 20261119T010000Z-aaaaaa is 1740 minutes old; the RPO is 1560 minutes"],
  since: "2026-11-20T03:10:00.000Z",
  at: "2026-11-20T06:00:00.000Z",
  atRisk: "If the primary's region or account is lost, there is no sound, recent copy elsewhere.",
  nextCommand:
    "backup321 status --side replica --database orders --replica-bucket shop-replica --replica-region eu-west-1",
  source: { repository: "shop", database: "orders", side: "replica", region: "eu-west-1" },
};

/** Its end. */
export const RECOVERY: Alert = {
  ...PROBLEM,
  state: "recovered",
  severity: "info",
  title: "Database orders on the replica is sound again",
  what: ["It had: stale; first seen 2026-11-20T03:10:00.000Z."],
  since: "2026-11-20T07:00:00.000Z",
  at: "2026-11-20T07:00:00.000Z",
  atRisk: null,
  nextCommand: null,
};

/** Tokens as the services make them, so that a leak is found; put together here, since no key may stand in a file. */
export const TOKEN = ["B0TTOKEN", "x9y8z7w6v5u4"].join("");
export const PATHS = {
  slack: ["/services", "T00TEAM00", "B00HOOK00", TOKEN].join("/"),
  teams: `/workflows/8f3a11c2/triggers/manual/paths/invoke?sv=1.0&sig=${TOKEN}`,
  webhook: `/hooks/${TOKEN}`,
};
export const ROUTING_KEY = ["R0UT", "1234567890abcdef12345678"].join("");
export const SIGNING_SECRET = ["sign", "with-this-0123456789"].join("-");

/** Dependencies whose network leads every host to one receiver, whose clock moves only when something sleeps. */
export function dependenciesOf(
  receiver: Pick<HttpReceiver, "url">,
  secrets: Record<string, string>,
): DeliverDependencies & { slept: number[]; hosts: string[] } {
  let nowMs = NOW.getTime();
  const slept: number[] = [];
  const hosts: string[] = [];
  return {
    slept,
    hosts,
    fetch: (url, init) => {
      const asked = new URL(url);
      hosts.push(asked.host);
      return fetch(receiver.url + asked.pathname + asked.search, init);
    },
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      nowMs += milliseconds;
    },
    random: () => 0.5,
    clock: () => new Date(nowMs),
    signal: new AbortController().signal,
    readSecret: async (source: SecretSource) => {
      const name = "arn" in source ? source.arn : source.file;
      const value = secrets[name];
      if (value === undefined) throw new Error(`secret ${name} can't be read: AccessDenied`);
      return value;
    },
  };
}

import { type Alert, type AlertChannel, AlertChannelKind } from "../alertContract";
import { StageError } from "../errors";
import { PAGER_DUTY_EVENTS_URL, pagerDutyPayload } from "./pagerDuty";
import type { Post } from "./post";
import { slackPayload } from "./slack";
import { teamsPayload } from "./teams";
import { DELIVERY_HEADER, deliveryId, SIGNATURE_HEADER, signature, webhookPayload } from "./webhook";

/** What a request is made from, beside the alert. */
export interface ChannelInput {
  name: string;
  channel: AlertChannel;
  /** URL or key, as the kind has it. */
  secret: string;
  signingSecret?: string | undefined;
  now: Date;
}

interface ChannelFormat {
  /** Whether the receiver keeps problems open until their recovery, so that quiet recoveries matter to it. */
  keepsState: boolean;
  /** The request; undefined for an alert that the receiver has no use for. */
  request(alert: Alert, input: ChannelInput): Omit<Post, "name"> | undefined;
}

const MIN_SIGNING_SECRET = 16;

/** In a URL that is a secret itself, nothing may travel in the clear. */
function encrypted({ name, secret }: ChannelInput): string {
  if (secret.startsWith("https://")) return secret;
  throw new StageError(name, "usage", "its secret is no https URL; store the URL that the service shows");
}

function pagerDuty(alert: Alert, { name, channel, secret }: ChannelInput): Omit<Post, "name"> | undefined {
  if (/^https?:/.test(secret)) {
    throw new StageError(name, "usage", "its secret is a URL; store the integration key, and the URL as eventsUrl");
  }
  const payload = pagerDutyPayload(alert, secret);
  const url = channel.eventsUrl ?? PAGER_DUTY_EVENTS_URL;
  return payload && { url, body: JSON.stringify(payload), secrets: [secret] };
}

function webhook(alert: Alert, { name, secret, signingSecret, now }: ChannelInput): Omit<Post, "name"> {
  const body = JSON.stringify(webhookPayload(alert));
  const headers: Record<string, string> = { [DELIVERY_HEADER]: deliveryId(alert) };
  if (signingSecret !== undefined) {
    if (signingSecret.length < MIN_SIGNING_SECRET) {
      throw new StageError(
        name,
        "usage",
        `its signing secret has ${signingSecret.length} characters, at least ${MIN_SIGNING_SECRET} are needed; make a longer one`,
      );
    }
    headers[SIGNATURE_HEADER] = signature(body, signingSecret, now);
  }
  return { url: secret, headers, body, secrets: signingSecret === undefined ? [] : [signingSecret] };
}

/** Every kind; a new one is one file, one member of AlertChannelKind and one line. */
export const FORMATS: Readonly<Record<AlertChannelKind, ChannelFormat>> = {
  [AlertChannelKind.Slack]: {
    keepsState: false,
    request: (alert, input) => ({ url: encrypted(input), body: JSON.stringify(slackPayload(alert)) }),
  },
  [AlertChannelKind.Teams]: {
    keepsState: false,
    request: (alert, input) => ({ url: encrypted(input), body: JSON.stringify(teamsPayload(alert)) }),
  },
  [AlertChannelKind.PagerDuty]: { keepsState: true, request: pagerDuty },
  [AlertChannelKind.Webhook]: { keepsState: true, request: webhook },
};

import { createHash, createHmac } from "node:crypto";
import type { Alert } from "../alertContract";

export const SIGNATURE_HEADER = "X-Backup321-Signature";
/** Header with what tells a second delivery of one notice from the next notice. */
export const DELIVERY_HEADER = "X-Backup321-Delivery";

/** The same for each delivery of one notice, to whatever receiver. */
export function deliveryId({ id, state, at }: Pick<Alert, "id" | "state" | "at">): string {
  return createHash("sha256")
    .update(JSON.stringify([id, state, at]))
    .digest("hex")
    .slice(0, 32);
}

/** Body of a webhook: the alert itself, and the number of this form of it. */
export function webhookPayload(alert: Alert) {
  const { isQuiet, ...shown } = alert;
  return { version: 1, delivery: deliveryId(alert), ...shown, isQuiet: isQuiet ?? false };
}

/** `t=<seconds>,v1=<HMAC-SHA256 in hex of "<seconds>.<body>">`: an old request can't be sent again as a new one. */
export function signature(body: string, secret: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

import type { Alert, AlertChannel } from "../alertContract";
import { detailOf } from "../errors";
import { channelNames } from "./channelConfig";
import { type SecretReader, secretSource } from "./channelSecrets";
import { FORMATS } from "./channels";
import { type PostDependencies, send } from "./post";

/** What sending needs. */
export interface DeliverDependencies extends PostDependencies {
  readSecret: SecretReader;
}

/** How one channel fared. */
export interface Delivery {
  /** Name of the channel, as `channelNames` gives it. */
  channel: string;
  /** What went wrong, without any secret; absent: it has the alert, or has no use for it. */
  failure?: string;
}

async function deliverTo(
  alert: Alert,
  channel: AlertChannel,
  name: string,
  dependencies: DeliverDependencies,
): Promise<void> {
  const format = FORMATS[channel.kind];
  if (alert.isQuiet && !format.keepsState) return;
  const source = secretSource(channel.secretArn, channel.secretFile)!;
  const signingSource = secretSource(channel.signingSecretArn, channel.signingSecretFile);
  const secret = await dependencies.readSecret(source);
  const signingSecret = signingSource && (await dependencies.readSecret(signingSource));
  const request = format.request(alert, { name, channel, secret, signingSecret, now: dependencies.clock() });
  if (request) await send({ name, ...request }, dependencies);
}

/**
 * Sends an alert to channels, all at once: one that fails keeps no other from its alert.
 * @param isWanted which of them, by name; default: all
 */
export async function deliver(
  alert: Alert,
  channels: readonly AlertChannel[],
  dependencies: DeliverDependencies,
  isWanted: (channel: string) => boolean = () => true,
): Promise<Delivery[]> {
  const names = channelNames(channels);
  const wanted = names.map((name, at) => ({ name, channel: channels[at]! }));
  return Promise.all(
    wanted
      .filter(({ name }) => isWanted(name))
      .map(async ({ name, channel }) => {
        try {
          await deliverTo(alert, channel, name, dependencies);
          return { channel: name };
        } catch (error) {
          return { channel: name, failure: `${name}: ${detailOf(error)}` };
        }
      }),
  );
}

/** One line for each channel that failed. */
export function failuresOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.flatMap(({ failure }) => failure ?? []);
}

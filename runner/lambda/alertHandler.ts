import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DIGEST_INVOKE_SECONDS } from "../alertContract";
import { readChannelSecret } from "../alerts/channelSecrets";
import { notInvoked, relay } from "../alerts/relay";
import { systemPost } from "../alerts/system";
import { messageOf } from "../errors";

const delivered = new Set<string>();

/** Runs a freshness function in the region of its ARN. */
async function invoke(functionArn: string): Promise<unknown> {
  const client = new LambdaClient({
    region: functionArn.split(":")[3]!,
    // A check that did not answer runs on; asking again would only run it twice.
    maxAttempts: 1,
    requestHandler: { requestTimeout: DIGEST_INVOKE_SECONDS * 1_000, throwOnRequestTimeout: true },
  });
  try {
    const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName: functionArn }));
    if (FunctionError !== undefined) throw notInvoked(functionArn, `${FunctionError}; look at its log`);
    return JSON.parse(Payload?.transformToString() ?? "null");
  } catch (error) {
    throw messageOf(error).includes(functionArn) ? error : notInvoked(functionArn, messageOf(error));
  } finally {
    client.destroy();
  }
}

/** Sends messages of topics to the channels, and a digest when it is asked for one. */
export async function handler(event: unknown): Promise<{ alerts: number }> {
  const signal = new AbortController().signal;
  return relay(event, process.env, { ...systemPost, signal, readSecret: readChannelSecret, invoke, delivered });
}

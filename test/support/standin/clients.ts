/** SDK clients of this process that trust a test CA; child processes use the standard variables of `Standin.env` instead. */
import { Agent } from "node:https";
import { readFileSync } from "node:fs";
import type { TestTls } from "../tls";
import type { Credentials, Standin } from "./standin";

/** Options for any AWS SDK client: `new S3Client(clientOptions(standin, tls))`. */
export function clientOptions(
  standin: Standin,
  tls: TestTls,
  credentials: Credentials = standin.rootCredentials,
  region = standin.region,
) {
  const httpsAgent = new Agent({ ca: readFileSync(tls.caFile), keepAlive: true });
  return { endpoint: standin.endpoint, region, credentials, requestHandler: { httpsAgent }, maxAttempts: 2 };
}

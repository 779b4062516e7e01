import { Signer } from "@aws-sdk/rds-signer";
import { messageOf, StageError } from "../errors";
import { readSecret } from "../secretsManager";
import { CONNECTION_STAGE } from "./connection";
import type { ConnectionClients } from "./connectionSource";

async function rdsToken(at: { host: string; port: number; user: string; region: string }): Promise<string> {
  const signer = new Signer({ hostname: at.host, port: at.port, username: at.user, region: at.region });
  try {
    return await signer.getAuthToken();
  } catch (error) {
    throw new StageError(
      CONNECTION_STAGE,
      "preflight",
      `no token could be signed for ${at.user}@${at.host}:${at.port} in ${at.region}: ${messageOf(error)}; give the process AWS credentials`,
      { cause: error },
    );
  }
}

/** Secrets Manager and the signer of RDS, from the SDK's standard environment. */
export const awsConnectionClients: ConnectionClients = {
  secretString: (secretArn, region) => readSecret(CONNECTION_STAGE, secretArn, region),
  rdsToken,
};

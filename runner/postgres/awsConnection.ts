import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Signer } from "@aws-sdk/rds-signer";
import { messageOf, StageError } from "../errors";
import { CONNECTION_STAGE } from "./connection";
import type { ConnectionClients } from "./connectionSource";

const FIXES: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "check its ARN, its region and the account",
  AccessDeniedException:
    "let the role do secretsmanager:GetSecretValue on it, and kms:Decrypt where its key is your own",
  DecryptionFailure: "let the role do kms:Decrypt on the key of the secret, and check that the key is enabled",
  InvalidRequestException: "it may be waiting for its deletion; restore it",
};

async function secretString(secretArn: string, region: string): Promise<string | undefined> {
  const client = new SecretsManagerClient({
    region,
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  });
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: secretArn }))).SecretString;
  } catch (error) {
    const name = (error as Error).name;
    const fix = FIXES[name] ?? "check the network's way to Secrets Manager and the credentials";
    throw new StageError(
      CONNECTION_STAGE,
      "preflight",
      `secret ${secretArn} can't be read: ${name}: ${messageOf(error)}; ${fix}`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}

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
export const awsConnectionClients: ConnectionClients = { secretString, rdsToken };

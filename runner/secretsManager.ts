import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { messageOf, StageError } from "./errors";

const FIXES: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "check its ARN, its region and the account",
  AccessDeniedException:
    "let the role do secretsmanager:GetSecretValue on it, and kms:Decrypt where its key is your own",
  DecryptionFailure: "let the role do kms:Decrypt on the key of the secret, and check that the key is enabled",
  InvalidRequestException: "it may be waiting for its deletion; restore it",
};

/**
 * Text of a secret; undefined when it holds SecretBinary.
 * @param stage what the error begins with
 * @throws StageError `preflight` that names the ARN and never a value
 */
export async function readSecret(stage: string, secretArn: string, region: string): Promise<string | undefined> {
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
      stage,
      "preflight",
      `secret ${secretArn} can't be read: ${name}: ${messageOf(error)}; ${fix}`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}

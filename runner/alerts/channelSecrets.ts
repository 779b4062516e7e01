import { readFile } from "node:fs/promises";
import { StageError } from "../errors";
import { readSecret } from "../secretsManager";

/** Where one secret is. Never the secret. */
export type SecretSource = { arn: string } | { file: string };

/** Reads one secret. Errors name the source and never the value. */
export type SecretReader = (source: SecretSource) => Promise<string>;

const STAGE = "alert";

/** Of an ARN or a file; undefined when neither is given. */
export function secretSource(arn: string | undefined, file: string | undefined): SecretSource | undefined {
  if (arn !== undefined) return { arn };
  return file === undefined ? undefined : { file };
}

async function textOf(source: SecretSource): Promise<string | undefined> {
  if ("arn" in source) return readSecret(STAGE, source.arn, source.arn.split(":")[3]!);
  try {
    return await readFile(source.file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new StageError(STAGE, "usage", `secret file ${source.file} can't be read: ${code}; check path and owner`);
  }
}

/**
 * Reads a secret that is one line of plain text: a URL, a key.
 * @throws StageError that names the source and what is wrong, and never shows the value
 */
export const readChannelSecret: SecretReader = async (source) => {
  const where = "arn" in source ? `secret ${source.arn}` : `secret file ${source.file}`;
  const value = (await textOf(source))?.trim();
  const fail = (what: string): never => {
    throw new StageError(STAGE, "usage", `${where} ${what}; store the URL or key alone, as plain text`);
  };
  if (value === undefined) return fail("holds binary data");
  if (value === "") return fail("is empty");
  if (value.startsWith("{")) return fail("holds JSON");
  if (/[^\x21-\x7e]/.test(value)) return fail("holds blanks, line breaks or characters beyond ASCII");
  return value;
};

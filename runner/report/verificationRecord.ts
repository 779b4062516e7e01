import * as z from "zod";
import { parseRecoveryPointId } from "../contract";
import { StageError } from "../errors";
import type { VerificationEvidence } from "./evidence";

const schema = z.object({
  recoveryPointId: z.string().refine((id) => parseRecoveryPointId(id) !== undefined, {
    error: "expected an id like 20261120T020000Z-k3q7ab",
  }),
  startedAt: z.iso.datetime(),
  healthy: z.boolean(),
  decryption: z.enum(["notEncrypted", "proven", "notProven"]),
  problems: z.array(z.string()),
});

/**
 * What a report needs of a stored verification.
 * @throws StageError `unhealthy` when it is none
 */
export function decodeVerification(text: string, key: string): VerificationEvidence {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StageError("verification record", "unhealthy", `${key} is no JSON`);
  }
  const result = schema.safeParse(value);
  if (result.success) return { ...result.data, key, problems: result.data.problems.length };
  const problems = result.error.issues.map((i) => `${i.path.join(".") || "(top)"}: ${i.message}`);
  throw new StageError("verification record", "unhealthy", `${key} is not valid: ${problems.join("; ")}`);
}

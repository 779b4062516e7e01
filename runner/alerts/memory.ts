import { readFile } from "node:fs/promises";
import * as z from "zod";
import type { Alert } from "../alertContract";
import { StageError } from "../errors";
import { SIDES } from "../freshnessFacts";

const ENTRY = z.object({
  /** `*` for a side as a whole. */
  database: z.string(),
  side: z.enum(SIDES as ["primary", "replica"]),
  /** Codes of its problems, sorted; none: it is well. */
  codes: z.array(z.string()),
  /** When its problem was first seen, and last told; null while it is well. ISO 8601. */
  since: z.string().nullable(),
  toldAt: z.string().nullable(),
});

const MEMORY = z.object({
  version: z.literal(1),
  entries: z.record(z.string(), ENTRY),
  /** Alerts that some channels have not got yet. */
  outbox: z.array(
    z.object({ alert: z.custom<Alert>((value) => typeof value === "object"), channels: z.array(z.string()) }),
  ),
});

/** What one run of `alert` leaves for the next. */
export type AlertMemory = z.infer<typeof MEMORY>;
export type MemoryEntry = z.infer<typeof ENTRY>;

export const NO_MEMORY: AlertMemory = { version: 1, entries: {}, outbox: [] };

/**
 * Reads what the last run left. A file that is no memory counts as none: everything is told again, which is better than silence.
 *
 * @returns also whether the file was there and could not be understood
 * @throws StageError `usage` when the file can't be read
 */
export async function readMemory(file: string): Promise<{ memory: AlertMemory; isDamaged: boolean }> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { memory: NO_MEMORY, isDamaged: false };
    throw new StageError(
      "alert",
      "usage",
      `state file ${file} can't be read: ${code ?? "unknown error"}; check its owner`,
    );
  }
  try {
    return { memory: MEMORY.parse(JSON.parse(text)), isDamaged: false };
  } catch {
    return { memory: NO_MEMORY, isDamaged: true };
  }
}

import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { StageError } from "./errors";

/**
 * Writes a file whole or not at all.
 * @throws StageError `usage` that names the file
 */
export async function writeWhole(stage: string, file: string, text: string, mode = 0o644): Promise<void> {
  const next = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(next, text, { mode, flush: true });
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new StageError(stage, "usage", `${file} can't be written: ${code}; give a file in a folder of this user`);
  }
}

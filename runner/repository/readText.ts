import { StageError } from "../errors";
import type { Repository } from "./repository";

/**
 * Reads a whole small object as UTF-8.
 *
 * @param stage named in errors
 * @throws StageError `unhealthy` when it is larger than `maxBytes`, so that no foreign object fills the memory
 */
export async function readText(
  repository: Pick<Repository, "read">,
  stage: string,
  key: string,
  maxBytes: number,
  versionId?: string,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of (await repository.read(key, versionId)) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new StageError(stage, "unhealthy", `${key}: larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";

/** Runs work with a folder of its own, which only this user may enter and which is gone afterwards. */
export async function inScratch<T>(below: string, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(below, "backup321-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

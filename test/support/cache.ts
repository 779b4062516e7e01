/** Where test support keeps what it installs: outside the checkout, shared by every checkout of this user. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../scripts/cacheFolder";

/** A path in the cache; nothing is created. */
export function cacheDir(...parts: string[]): string {
  return join(cacheFolder(), ...parts);
}

/**
 * Installs into `target` once: `install` fills a sibling folder that is renamed when it returns, so `target` is never
 * half there. Of two processes that race, one wins and the other drops its copy.
 *
 * @returns whether this call installed it
 */
export async function installOnce(target: string, install: (dir: string) => Promise<void>): Promise<boolean> {
  if (existsSync(target)) return false;
  await mkdir(dirname(target), { recursive: true });
  const sibling = `${target}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await mkdir(sibling);
    await install(sibling);
    await rename(sibling, target);
    return true;
  } catch (error) {
    if (existsSync(target)) return false;
    throw error;
  } finally {
    await rm(sibling, { recursive: true, force: true });
  }
}

import * as fs from "node:fs";
import * as path from "node:path";
import { asset } from "@pulumi/pulumi";

/** Larger files are not read: a credential sits in source and configuration, not in bundles of many megabytes. */
const MAX_FILE_BYTES = 1024 * 1024;
/** A folder's first files, in order of their names. */
const MAX_FILES = 500;

/** One text inside an asset or archive; `path` is what to put behind the property's own path. */
export interface AssetText {
  path: string;
  text: string;
}

/** True for every kind of asset and archive. */
export function isAsset(value: unknown): boolean {
  return asset.Asset.isInstance(value) || asset.Archive.isInstance(value);
}

/**
 * The texts an asset or archive carries: inline texts, archives of them at any depth, and files and folders named by an
 * absolute path (up to 1 MiB a file, 500 files). A relative path cannot be read: the engine runs a pack in the pack's
 * own folder and does not say where the program lies. Binary files, zip files and URLs are not opened.
 */
export async function textsOfAsset(value: unknown, prefix = "|asset"): Promise<AssetText[]> {
  if (value instanceof asset.StringAsset) return [{ path: prefix, text: await value.text }];
  if (value instanceof asset.FileAsset) return textsOfPath(await value.path, prefix);
  if (value instanceof asset.FileArchive) return textsOfPath(await value.path, prefix);
  if (value instanceof asset.AssetArchive) {
    const found: AssetText[] = [];
    for (const [name, member] of Object.entries(await value.assets)) {
      found.push(...(await textsOfAsset(member, `${prefix}/${name}`)));
    }
    return found;
  }
  return [];
}

function textsOfPath(file: unknown, prefix: string): AssetText[] {
  if (typeof file !== "string" || !path.isAbsolute(file)) return [];
  const found: AssetText[] = [];
  const waiting = [{ file, path: prefix }];
  for (let count = 0; count < MAX_FILES;) {
    const next = waiting.shift();
    if (next === undefined) break;
    const stat = statOf(next.file);
    if (stat?.isDirectory()) {
      for (const name of fs.readdirSync(next.file).sort()) {
        waiting.push({ file: path.join(next.file, name), path: `${next.path}/${name}` });
      }
      continue;
    }
    count++;
    if (!stat?.isFile() || stat.size > MAX_FILE_BYTES) continue;
    const bytes = fs.readFileSync(next.file);
    if (!bytes.includes(0)) found.push({ path: next.path, text: bytes.toString("utf8") });
  }
  return found;
}

/** Undefined when there is no such file or it cannot be seen; the provider reports that, not a policy. */
function statOf(file: string): fs.Stats | undefined {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}

import * as fs from "node:fs";
import * as path from "node:path";
import { asset } from "@pulumi/pulumi";
import { shownName } from "./search/paths";
import { isObject } from "./unknowns";

/** Larger files are not read: a credential sits in source and configuration, not in bundles of many megabytes. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Of one asset: a folder's first files, in order of their names, and the first members of an archive. */
const MAX_TEXTS = 500;

/** One text inside an asset or archive; `path` is what to put behind the property's own path. */
export interface AssetText {
  path: string;
  /** Absent when it could not be read. */
  text?: string;
}

interface Part {
  path: string;
  /** An asset, or the absolute path of a file or folder. */
  value: unknown;
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
  const found: AssetText[] = [];
  const seen = new Set<unknown>();
  const waiting: Part[] = [{ path: prefix, value }];
  for (let count = 0; count < MAX_TEXTS;) {
    const part = waiting.shift();
    if (part === undefined) break;
    if (isObject(part.value) && seen.has(part.value)) continue;
    seen.add(part.value);
    try {
      const parts = await partsOf(part);
      if (parts === undefined) {
        count++;
        found.push(...(await textOfPart(part)));
      } else waiting.push(...parts);
    } catch {
      count++;
      found.push({ path: part.path });
    }
  }
  return found;
}

/** The members of an archive or folder; undefined for what has a text itself, or none. */
async function partsOf({ path: at, value }: Part): Promise<Part[] | undefined> {
  if (value instanceof asset.AssetArchive) {
    const members = Object.entries(await value.assets);
    return members.map(([name, member]) => ({ path: `${at}/${shownName(name)}`, value: member }));
  }
  if (value instanceof asset.FileAsset || value instanceof asset.FileArchive) {
    const file: unknown = await value.path;
    return typeof file === "string" && path.isAbsolute(file) ? [{ path: at, value: file }] : [];
  }
  if (typeof value === "string" && statOf(value)?.isDirectory() === true) {
    const names = fs.readdirSync(value).sort();
    return names.map((name) => ({ path: `${at}/${shownName(name)}`, value: path.join(value, name) }));
  }
  return undefined;
}

async function textOfPart({ path: at, value }: Part): Promise<AssetText[]> {
  if (value instanceof asset.StringAsset) return [{ path: at, text: await value.text }];
  if (typeof value !== "string") return [];
  const stat = statOf(value);
  if (stat?.isFile() !== true || stat.size > MAX_FILE_BYTES) return [];
  const bytes = fs.readFileSync(value);
  return bytes.includes(0) ? [] : [{ path: at, text: bytes.toString("utf8") }];
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

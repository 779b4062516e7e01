// Function code from a Pulumi archive to the ZIP that Lambda takes.
import * as fs from "node:fs";
import * as path from "node:path";
import { zipSync, type Zippable } from "fflate";
import { isAsset, isArchive, type Props } from "./wire";

// A fixed time keeps the bytes, and so the code's digest, the same from run to run.
const OPTIONS = { mtime: new Date("2000-01-01T12:00:00Z"), level: 6 } as const;

function addFile(files: Zippable, name: string, file: string): void {
  if (fs.statSync(file).isDirectory()) {
    for (const entry of fs.readdirSync(file).sort())
      addFile(files, name ? `${name}/${entry}` : entry, path.join(file, entry));
  } else {
    files[name] = fs.readFileSync(file);
  }
}

function addAssets(files: Zippable, prefix: string, assets: Props): void {
  for (const [name, value] of Object.entries(assets)) {
    const at = prefix ? `${prefix}/${name}` : name;
    if (isAsset(value) && value["path"]) addFile(files, at, value["path"] as string);
    else if (isAsset(value)) files[at] = new TextEncoder().encode(value["text"] as string);
    else if (isArchive(value) && value["path"]) addFile(files, at, value["path"] as string);
    else if (isArchive(value)) addAssets(files, at, value["assets"] as Props);
  }
}

/** @throws Error when the archive is a remote one: the stand-in fetches nothing */
export function zipArchive(archive: Props): Uint8Array {
  const file = archive["path"] as string | undefined;
  if (file?.endsWith(".zip")) return fs.readFileSync(file);
  const files: Zippable = {};
  if (file) addFile(files, "", file);
  else if (archive["assets"]) addAssets(files, "", archive["assets"] as Props);
  else throw new Error("function code must be a FileArchive or an AssetArchive");
  return zipSync(files, OPTIONS);
}

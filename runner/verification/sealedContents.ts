import type { Manifest, ManifestObject } from "../manifestFormat";
import { ageFileProblem, MAX_AGE_HEADER_BYTES } from "./ageHeader";
import { listed } from "./archiveRows";
import type { Content } from "./contents";
import { Pieces } from "./storedObject";
import { nameOfRows, type PlacedRows } from "./tableText";

const MAX_PROBLEMS = 20;

/**
 * Looks at an encrypted object without a key: each of its age files begins with a header for as many recipients as the manifest
 * names. That somebody can open them this does not prove.
 *
 * @param entries the age files of an object of tables; undefined: the whole object is one
 */
export async function readSealedContent(
  object: ManifestObject,
  stored: AsyncIterable<Buffer>,
  recipients: number,
  entries: readonly PlacedRows[] | undefined,
): Promise<Content> {
  const pieces = new Pieces(stored);
  const files =
    entries === undefined
      ? [{ bytes: object.stored.bytes, what: object.key }]
      : entries.map((entry) => ({ bytes: entry.data.bytes, what: `${object.key}: ${nameOfRows(entry)}` }));
  const problems: string[] = [];
  for (const { bytes, what } of files) {
    let head: Buffer = Buffer.alloc(0);
    for await (const chunk of pieces.take(bytes)) {
      const missing = MAX_AGE_HEADER_BYTES - head.length;
      if (missing > 0) head = Buffer.concat([head, chunk.subarray(0, missing)]);
    }
    const problem = ageFileProblem(head, bytes, recipients);
    if (problem !== undefined && problems.length < MAX_PROBLEMS) problems.push(`${what} ${problem}`);
  }
  return { problems };
}

/** How the recipients of a point differ from those that are configured; empty when they don't. */
export function recipientProblems(manifest: Manifest, configured: readonly string[] | undefined): string[] {
  if (configured === undefined) return [];
  const actual = manifest.encryption?.recipients ?? [];
  const missing = configured.filter((recipient) => !actual.includes(recipient));
  const foreign = actual.filter((recipient) => !configured.includes(recipient));
  const advice = "a point of before the setting was changed is verified without it";
  return [
    ...(missing.length === 0
      ? []
      : [`the point is not encrypted to ${listed(missing)}, which BACKUP321_AGE_RECIPIENTS names; ${advice}`]),
    ...(foreign.length === 0
      ? []
      : [`the point is encrypted to ${listed(foreign)}, which BACKUP321_AGE_RECIPIENTS does not name; ${advice}`]),
  ];
}

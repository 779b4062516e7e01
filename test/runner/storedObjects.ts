import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { ManifestObject } from "../../runner/manifestFormat";
import type { ByteRange } from "../../runner/repository/repository";
import { ClockedRepository, commitPoint } from "./readFixtures";

const ID = "20261120T020000Z-cccccc";
export const RAW = randomBytes(3 * 1024 * 1024);

/** A repository whose reads a test spoils. */
export class Source extends ClockedRepository {
  body: (bytes: Buffer) => Readable = (bytes) => Readable.from([bytes]);
  override async read(key: string, versionId?: string, range?: ByteRange): Promise<Readable> {
    const chunks: Buffer[] = [];
    for await (const chunk of await super.read(key, versionId, range)) chunks.push(chunk as Buffer);
    return this.body(Buffer.concat(chunks));
  }
}

/** A point of one object. */
export async function stored(raw = RAW): Promise<{ repository: Source; object: ManifestObject }> {
  const repository = new Source({ bucket: "primary", now: () => new Date("2026-11-20T02:10:00Z") });
  const manifest = await commitPoint(repository, ID, { raw });
  return { repository, object: manifest.objects[0]! };
}

/** What reads of a restore. */
export const readerOf = (repository: Source, signal = new AbortController().signal) => ({
  repository,
  path: process.env.PATH!,
  exit: "restore" as const,
  signal,
});

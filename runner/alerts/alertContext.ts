import { type EnvReader, type RepositoryConfig } from "../config";
import { ENV } from "../contract";
import type { Side } from "../freshnessFacts";
import { shellQuote } from "../shellQuote";

/** What is known of the repository that alerts are about. */
export interface AlertContext {
  repository: string | null;
  primary?: RepositoryConfig;
  replica?: RepositoryConfig;
}

function placeOf(reader: EnvReader, bucketName: string, regionName: string): RepositoryConfig | undefined {
  const [bucket, region] = [reader.optional(bucketName), reader.optional(regionName)];
  return bucket !== undefined && region !== undefined ? { bucket, region } : undefined;
}

/** Reads it; everything is optional. */
export function alertContext(reader: EnvReader): AlertContext {
  const primary = placeOf(reader, ENV.bucket, ENV.region);
  const replica = placeOf(reader, ENV.replicaBucket, ENV.replicaRegion);
  return {
    repository: reader.optional(ENV.repository) ?? null,
    ...(primary && { primary }),
    ...(replica && { replica }),
  };
}

/** The command that shows how a database, or all of them, stand on a side, or on both. */
export function statusCommand(context: AlertContext, about: { database?: string; side?: Side }): string {
  const { primary, replica } = context;
  const words = ["backup321", "status"];
  if (about.side !== undefined) words.push("--side", about.side);
  if (about.database !== undefined) words.push("--database", about.database);
  if (primary && about.side !== "replica") words.push("--bucket", primary.bucket, "--region", primary.region);
  if (replica && about.side !== "primary") {
    words.push("--replica-bucket", replica.bucket, "--replica-region", replica.region);
  }
  return words.map(shellQuote).join(" ");
}

import type { RepositoryConfig } from "./config";
import type { ManifestObject } from "./contract";

const SHELL_SAFE = /^[A-Za-z0-9_./:=@%+-]+$/;

function quote(word: string): string {
  return SHELL_SAFE.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

/**
 * Shell lines that restore one recovery point with stock tools alone: aws, sha256sum, zstd, createdb, pg_restore.
 *
 * They read connection settings from libpq's own variables and restore into the database `$RESTORE_TO`, which they create.
 * Lines that begin with "#" are remarks.
 */
export function restoreCommands(
  object: ManifestObject,
  primary: RepositoryConfig,
  replica: RepositoryConfig | undefined,
): string[] {
  const get = (from: RepositoryConfig) =>
    `aws s3api get-object --region ${quote(from.region)} --bucket ${quote(from.bucket)} --key ${quote(object.key)} --version-id ${quote(object.versionId)} database.pgdump.zst`;
  return [
    "# needs: aws, sha256sum, zstd, PostgreSQL client programs; PGHOST, PGUSER, PGPASSWORD (or a service); RESTORE_TO=<new database>",
    get(primary),
    ...(replica ? ["# or from the replica, which has the same version id:", `# ${get(replica)}`] : []),
    `echo '${object.stored.sha256}  database.pgdump.zst' | sha256sum --check`,
    "zstd -d --rm database.pgdump.zst -o database.pgdump",
    `echo '${object.raw.sha256}  database.pgdump' | sha256sum --check`,
    'createdb --template=template0 "$RESTORE_TO"',
    'pg_restore --exit-on-error --dbname="$RESTORE_TO" database.pgdump',
  ];
}

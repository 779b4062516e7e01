import type { RepositoryConfig } from "./config";
import type { Manifest, ManifestObject } from "./manifestFormat";
import { localeOptions } from "./postgres/databaseLocale";

const SHELL_SAFE = /^[A-Za-z0-9_./:=@%+-]+$/;

function quote(word: string): string {
  return SHELL_SAFE.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`;
}

/**
 * Shell lines that restore one recovery point with stock tools alone: aws, sha256sum, zstd, createdb, pg_restore.
 *
 * They read connection settings from libpq's own variables and restore into the database `$RESTORE_TO`, which they create
 * with the encoding and the locale of the source. Lines that begin with "#" are remarks.
 */
export function restoreCommands(
  object: ManifestObject,
  source: Manifest["source"],
  primary: RepositoryConfig,
  replica: RepositoryConfig | undefined,
): string[] {
  const where = (from: RepositoryConfig) =>
    `--region ${quote(from.region)} --bucket ${quote(from.bucket)} --key ${quote(object.key)} --version-id ${quote(object.versionId)}`;
  const get = (from: RepositoryConfig) => `aws s3api get-object ${where(from)} database.pgdump.zst`;
  const major = Number.parseInt(source.clientVersion, 10);
  const options = source.locale === undefined ? [] : localeOptions(source.locale, major);
  const createdb = ["createdb", "--template=template0", `--encoding=${source.encoding}`, ...options]
    .map(quote)
    .join(" ");
  return [
    `# needs: aws, sha256sum, zstd, PostgreSQL client programs ${major} or newer; PGHOST, PGUSER, PGPASSWORD (or a service); RESTORE_TO=<new database>`,
    '# line by line, or as a script with "sh -e": no line may follow one that failed',
    "# InvalidObjectState says that the object is archived; ask for it, and go on when it is there, hours later:",
    `# aws s3api restore-object ${where(primary)} --restore-request Days=7`,
    get(primary),
    ...(replica ? ["# or from the replica, which has the same version id:", `# ${get(replica)}`] : []),
    `echo '${object.stored.sha256}  database.pgdump.zst' | sha256sum --check`,
    "zstd -d --rm database.pgdump.zst -o database.pgdump",
    `echo '${object.raw.sha256}  database.pgdump' | sha256sum --check`,
    "# where the server lacks that locale, leave its options out; where it lacks roles, add --no-owner --no-acl to pg_restore",
    `${createdb} "$RESTORE_TO"`,
    'pg_restore --exit-on-error --dbname="$RESTORE_TO" database.pgdump',
  ];
}

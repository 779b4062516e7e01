import type { RepositoryConfig } from "./config";
import type { Manifest, ManifestObject, ObjectRole } from "./manifestFormat";
import { localeOptions } from "./postgres/databaseLocale";
import { shellQuote as quote } from "./shellQuote";
import { tableName } from "./tableName";

/** What of a manifest its commands are made from. */
export type RestorableFacts = Pick<Manifest, "shape" | "source" | "encryption" | "objects" | "tables">;

const PSQL = 'psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$RESTORE_TO"';
const OPEN = 'age --decrypt --identity "$AGE_IDENTITY" --output';

const fileOf = ({ key }: ManifestObject): string => key.slice(key.lastIndexOf("/") + 1);
const folderOf = ({ key }: ManifestObject): string => key.slice(0, key.lastIndexOf("/") + 1);
const places = ({ bucket, region }: RepositoryConfig): string => `BUCKET=${quote(bucket)} REGION=${quote(region)}`;

/** Downloads one object into a file of its name, and checks it. */
function fetchOf(object: ManifestObject): string {
  return `fetch ${quote(fileOf(object))} ${quote(object.versionId)} ${object.stored.sha256}`;
}

/** Lines that turn a downloaded object into a file. */
function unpack(object: ManifestObject, to: string): string[] {
  const file = quote(fileOf(object));
  const lines =
    object.encryption === undefined
      ? [`zstd -d -f --rm ${file} -o ${to}`]
      : [`${OPEN} opened.zst ${file}`, `zstd -d -f --rm opened.zst -o ${to}`, `rm ${file}`];
  return object.raw.sha256 === undefined ? lines : [...lines, `echo '${object.raw.sha256}  ${to}' | sha256sum --check`];
}

/**
 * One shell line that applies a point's globals to a server.
 * @param from where the object is
 */
export function globalsCommand(object: ManifestObject, from: RepositoryConfig): string {
  const where = `--region ${quote(from.region)} --bucket ${quote(from.bucket)} --key ${quote(object.key)} --version-id ${quote(object.versionId)}`;
  return [
    `aws s3api get-object ${where} ${quote(fileOf(object))}`,
    ...unpack(object, "globals.sql"),
    "psql --no-psqlrc --dbname=postgres --file=globals.sql",
  ].join(" && ");
}

/**
 * Shell lines that restore one recovery point with stock tools alone: aws, sha256sum, zstd, createdb, pg_restore, psql; and
 * age, jq where it is encrypted.
 *
 * They read connection settings from libpq's own variables and restore into the database `$RESTORE_TO`, which they create
 * with the encoding and the locale of the source. Lines that begin with "#" are remarks.
 */
export function restoreCommands(
  point: RestorableFacts,
  primary: RepositoryConfig,
  replica: RepositoryConfig | undefined,
): string[] {
  const { source, objects, encryption, shape } = point;
  const major = Number.parseInt(source.clientVersion, 10);
  const options = source.locale === undefined ? [] : localeOptions(source.locale, major);
  const createdb = ["createdb", "--template=template0", `--encoding=${source.encoding}`, ...options]
    .map(quote)
    .join(" ");
  const isParallel = shape === "parallel";
  const tools = [
    "aws",
    "sha256sum",
    "zstd",
    ...(encryption ? ["age"] : []),
    ...(encryption && isParallel ? ["jq"] : []),
  ];
  const wants = [
    "RESTORE_TO=<new database>",
    ...(encryption ? ["AGE_IDENTITY=<file with the private key of a recipient>"] : []),
    ...(encryption && isParallel ? ["MANIFEST=<this file>"] : []),
  ];
  const of = (role: ObjectRole) => objects.filter((object) => object.role === role);
  const definitions = [...of("database"), ...of("schema")];
  return [
    `# needs: ${tools.join(", ")}, PostgreSQL client programs ${major} or newer; PGHOST, PGUSER, PGPASSWORD (or a service); ${wants.join("; ")}`,
    '# line by line, or as a script with "sh -e": no line may follow one that failed',
    places(primary),
    ...(replica ? ["# or from the replica, which has the same version ids:", `# ${places(replica)}`] : []),
    `PREFIX=${quote(folderOf(objects[0]!))}`,
    "# InvalidObjectState says that the object is archived; ask for it, and go on when it is there, hours later:",
    `# aws s3api restore-object --region "$REGION" --bucket "$BUCKET" --key "$PREFIX"${quote(fileOf(objects[0]!))} --version-id ${quote(objects[0]!.versionId)} --restore-request Days=7`,
    'fetch() { aws s3api get-object --region "$REGION" --bucket "$BUCKET" --key "$PREFIX$1" --version-id "$2" "$1" && echo "$3  $1" | sha256sum --check; }',
    ...of("globals").flatMap(globalsRemarks),
    ...definitions.flatMap((object) => [fetchOf(object), ...unpack(object, archiveOf(object))]),
    "# where the server lacks that locale, leave its options out; where it lacks roles, add --no-owner --no-acl to pg_restore",
    `${createdb} "$RESTORE_TO"`,
    ...(isParallel ? parallelLines(point) : [`${pgRestore()} database.pgdump`]),
  ];
}

function archiveOf({ role }: ManifestObject): string {
  return role === "database" ? "database.pgdump" : role === "schema" ? "schema.pgdump" : "large-objects.pgdump";
}

function pgRestore(...options: string[]): string {
  return ["pg_restore", "--exit-on-error", ...options, '--dbname="$RESTORE_TO"'].join(" ");
}

function globalsRemarks(object: ManifestObject): string[] {
  return [
    "# roles and tablespaces of the source's server, where this one lacks them; look through the file before the last line:",
    ...[fetchOf(object), ...unpack(object, "globals.sql"), "psql --no-psqlrc --dbname=postgres --file=globals.sql"].map(
      (line) => `# ${line}`,
    ),
  ];
}

/** A frame is an age file of its own, and age opens one at a time. */
const ROWS_ENCRYPTED = `rows() { fetch "$1" "$2" "$3" && jq -r --argjson object "$4" '.tables[].data[]? | select(.object == $object) | "\\(.offset) \\(.bytes)"' "$MANIFEST" > unsorted && sort -n unsorted > ranges && test -s ranges && while read -r offset bytes; do tail -c +$((offset + 1)) "$1" | head -c "$bytes" | ${OPEN} opened.zst && zstd -d -f --rm opened.zst -o rows.sql && ${PSQL} --file=rows.sql || return 1; done < ranges && rm "$1" rows.sql; }`;
const ROWS = `rows() { fetch "$1" "$2" "$3" && zstd -d -f --rm "$1" -o rows.sql && ${PSQL} --file=rows.sql && rm rows.sql; }`;

function parallelLines(point: RestorableFacts): string[] {
  const { objects, encryption } = point;
  const rows = objects.flatMap((object, index) =>
    object.role === "tables" ? [`${fetchOf(object).replace("fetch", "rows")}${encryption ? ` ${index}` : ""}`] : [],
  );
  const largeObjects = objects.filter(({ role }) => role === "largeObjects");
  return [
    `${pgRestore("--section=pre-data")} schema.pgdump`,
    ...(rows.length > 0 ? [encryption ? ROWS_ENCRYPTED : ROWS, ...rows] : []),
    ...largeObjects.flatMap((object) => [
      fetchOf(object),
      ...unpack(object, archiveOf(object)),
      `${pgRestore()} ${archiveOf(object)}`,
    ]),
    `${pgRestore("--section=data", "--section=post-data")} schema.pgdump`,
    ...oneTable(point),
  ];
}

function oneTable({ objects, tables }: RestorableFacts): string[] {
  const example = tables.find(({ data }) => data !== undefined && data.length > 0);
  if (example === undefined) return [];
  const { object, offset, bytes } = example.data![0]!;
  const { versionId, encryption } = objects[object]!;
  const get = `aws s3api get-object --region "$REGION" --bucket "$BUCKET" --key "$PREFIX"${quote(fileOf(objects[object]!))} --version-id ${quote(versionId)} --range bytes=${offset}-${offset + bytes - 1}`;
  // Names may hold line breaks, which would end the remark.
  const name = JSON.stringify(tableName(example));
  return [
    `# rows of one table alone: as above up to --section=pre-data, then its range instead of every "rows" line. Of its entry in the manifest's tables, each of "data" is a range: object (which of "objects", from 0), offset, bytes. For ${name}${example.data!.length > 1 ? `, 1 of ${example.data!.length} ranges` : ""}:`,
    ...(encryption === undefined
      ? [`# ${get} table.sql.zst`]
      : [`# ${get} table.sql.zst.age`, `# ${OPEN} table.sql.zst table.sql.zst.age`]),
    "# zstd -d -f --rm table.sql.zst -o table.sql",
    `# ${PSQL} --file=table.sql`,
  ];
}

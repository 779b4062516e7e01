import type { Client } from "pg";
import type { Manifest, ManifestObject } from "./manifestFormat";
import { messageOf, problemsError, StageError } from "./errors";
import { retrievalEstimate } from "./cost/retrieval";
import type { ArchiveRequirements } from "./postgres/archiveContents";
import type { PostgresSettings } from "./postgres/connection";
import type { ReplaceableDatabase } from "./postgres/replaceDatabase";
import { byClass, isArchived } from "./rehydrate";
import type { ObjectHead, Repository } from "./repository/repository";
import type { RestoreRequest } from "./restore";
import { isPartial } from "./restoreSelection";

/** Days that `backup321 rehydrate` asks for unless told otherwise. */
const REHYDRATE_DAYS = 7;

/** What of the source is left out of a restore. */
export interface RestoreOmissions {
  /** Everything then belongs to the connecting role. */
  noOwner: boolean;
  /** No privileges are granted. */
  noAcl: boolean;
  /** Everything goes to the default tablespace. */
  noTablespaces: boolean;
}

/** What a server has. */
export interface ServerFacts {
  version: string;
  major: number;
  user: string;
  canCreateDatabases: boolean;
  databases: Set<string>;
  roles: Set<string>;
  extensions: Set<string>;
  tablespaces: Set<string>;
}

const names = (values: Iterable<string>): string => [...values].sort().join(", ");
const quoted = (value: string): string => `"${value.replace(/"/g, '""')}"`;

/** Asks a server what the checks need. */
export async function serverFacts(client: Client): Promise<ServerFacts> {
  const column = async (sql: string) => {
    const { rows } = await client.query<{ name: string }>(sql);
    return new Set(rows.map((row) => row.name));
  };
  const { rows } = await client.query<{ version: string; major: string; user: string; can: boolean }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int / 10000 AS major,
            current_user AS user, rolsuper OR rolcreatedb AS can FROM pg_roles WHERE rolname = current_user`,
  );
  const server = rows[0]!;
  return {
    version: server.version,
    major: Number(server.major),
    user: server.user,
    canCreateDatabases: server.can,
    databases: await column("SELECT datname AS name FROM pg_database"),
    roles: await column("SELECT rolname AS name FROM pg_roles"),
    extensions: await column("SELECT name FROM pg_available_extensions"),
    tablespaces: await column("SELECT spcname AS name FROM pg_tablespace"),
  };
}

/** PostgreSQL cuts longer names off; the temporary name adds 20 bytes. */
const MAX_NAME_BYTES = 43;

/** Problems with the server and the wanted name; none of them needs a byte of the archive. */
export function serverProblems(
  server: ServerFacts,
  request: Pick<RestoreRequest, "newDatabase" | "replace" | "tables" | "schemas" | "schemaOnly">,
  source: Manifest["source"],
): string[] {
  const { newDatabase, replace } = request;
  const problems: string[] = [];
  const bytes = Buffer.byteLength(newDatabase);
  if (bytes < 1 || bytes > MAX_NAME_BYTES) {
    problems.push(`the new database's name must have 1 to ${MAX_NAME_BYTES} bytes, "${newDatabase}" has ${bytes}`);
  }
  // libpq reads such a name as a connection string and would connect elsewhere.
  if (/[=\0]|:\/\//.test(newDatabase)) {
    problems.push(`the new database's name must hold no "=", "://" or NUL, got "${newDatabase}"`);
  }
  if (server.databases.has(newDatabase) && replace === undefined) {
    problems.push(`database "${newDatabase}" exists already; choose another name${insteadOfName(request)}`);
  }
  if (!server.canCreateDatabases) {
    problems.push(`role "${server.user}" can't create databases; run ALTER ROLE ${quoted(server.user)} CREATEDB`);
  }
  const sourceMajor = Number.parseInt(source.serverVersion, 10);
  if (server.major < sourceMajor) {
    problems.push(
      `the server is PostgreSQL ${server.version}, the recovery point is of ${source.serverVersion}; restore into PostgreSQL ${sourceMajor} or newer`,
    );
  }
  return problems;
}

/** What else than another name is open to a restore; never a whole database's place to some of its rows. */
function insteadOfName(request: Pick<RestoreRequest, "tables" | "schemas" | "schemaOnly">): string {
  if (request.schemaOnly) return "";
  return isPartial(request)
    ? ", or bring the rows into its empty tables with --data-only"
    : ", or replace it with --replace";
}

/** Problems with the database that is to be replaced; none where none is. */
export function replaceProblems(
  existing: ReplaceableDatabase | undefined,
  { newDatabase, replace }: Pick<RestoreRequest, "newDatabase" | "replace">,
  { user, database }: Pick<PostgresSettings, "user" | "database">,
): string[] {
  if (replace === undefined) return [];
  if (existing === undefined) return [`there is no database "${newDatabase}" to replace; leave out --replace`];
  const { isTemplate, isOwned, sessions } = existing;
  const problems: string[] = [];
  if (isTemplate) problems.push(`"${newDatabase}" is a template, which is not replaced; restore under another name`);
  if (database === newDatabase) {
    problems.push(`a database can't be replaced through itself; set PGDATABASE to another one, e.g. postgres`);
  }
  if (!isOwned) problems.push(`role "${user}" does not own "${newDatabase}"; connect as its owner or a superuser`);
  if (sessions > 0 && !replace.disconnectOthers) {
    problems.push(
      `${sessions} ${sessions === 1 ? "session is" : "sessions are"} connected to "${newDatabase}"; stop what uses it, or end them with --disconnect-others`,
    );
  }
  return problems;
}

/**
 * Problems of an archive with a server: what it needs and the server lacks.
 * @param globals command that applies the roles and tablespaces of the point's own globals; undefined where it has none
 */
export function requirementProblems(
  needs: ArchiveRequirements,
  server: ServerFacts,
  omit: RestoreOmissions,
  globals?: string,
): string[] {
  const without = (wanted: Iterable<string>, has: Set<string>) => [...wanted].filter((name) => !has.has(name));
  const owners = omit.noOwner ? [] : without(needs.owners, server.roles);
  const grantees = omit.noAcl ? [] : without(needs.grantees, server.roles);
  const policyRoles = without(needs.policyRoles, server.roles);
  const extensions = without(needs.extensions, server.extensions);
  const tablespaces = omit.noTablespaces ? [] : without(needs.tablespaces, server.tablespaces);
  const create = (roles: string[]) => roles.map((role) => `CREATE ROLE ${quoted(role)}`).join("; ");
  const problems: string[] = [];
  if (owners.length > 0) {
    problems.push(
      `owners that the server lacks: ${names(owners)}; run ${create(owners.sort())}, or restore with --no-owner`,
    );
  }
  if (grantees.length > 0) {
    problems.push(
      `roles with privileges that the server lacks: ${names(grantees)}; run ${create(grantees.sort())}, or restore with --no-acl`,
    );
  }
  if (policyRoles.length > 0) {
    problems.push(
      `roles in row security policies or user mappings that the server lacks: ${names(policyRoles)}; run ${create(policyRoles.sort())}`,
    );
  }
  if (extensions.length > 0) {
    problems.push(`extensions that the server lacks: ${names(extensions)}; install their packages on the server`);
  }
  if (tablespaces.length > 0) {
    problems.push(
      `tablespaces that the server lacks: ${names(tablespaces)}; create them, or restore with --no-tablespaces`,
    );
  }
  const isInGlobals = [owners, grantees, policyRoles, tablespaces].some((lacking) => lacking.length > 0);
  if (isInGlobals && globals !== undefined) {
    problems.push(
      `the recovery point has the roles and tablespaces of its server in its globals; look through them, and apply them: ${globals}`,
    );
  }
  return problems;
}

/**
 * Checks that every one of some data objects is there in its version, has its size, and can be read at once.
 * @throws StageError `preflight` with all problems; what is archived is one of them, with the command that asks for it
 */
export async function checkObjects(
  repository: Repository,
  objects: readonly ManifestObject[],
  manifest: Pick<Manifest, "database" | "recoveryPointId">,
): Promise<void> {
  const problems: string[] = [];
  const archived: ObjectHead[] = [];
  for (const object of objects) {
    const what = `${object.key} version ${object.versionId}`;
    try {
      const head = await repository.head(object.key, object.versionId);
      if (head.bytes !== object.stored.bytes) {
        problems.push(
          `${what} has ${head.bytes} bytes, the manifest says ${object.stored.bytes}; use another recovery point or the other side`,
        );
      }
      // The class stays what it was while a readable copy exists.
      if (isArchived(head)) archived.push(head);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  if (archived.length > 0) problems.push(archiveProblem(repository, archived, manifest));
  if (problems.length > 0) throw problemsError("restore preflight", "preflight", problems);
}

function archiveProblem(
  { bucket, region }: Repository,
  heads: readonly ObjectHead[],
  { database, recoveryPointId: id }: Pick<Manifest, "database" | "recoveryPointId">,
): string {
  const classes = [...new Set(heads.map(({ storageClass }) => storageClass))].sort().join(" and ");
  const ongoing = heads.filter(({ thaw }) => thaw === "ongoing").length;
  const what = `${heads.length} of the objects that it needs ${heads.length === 1 ? "is" : "are"} in storage class ${classes}`;
  if (ongoing === heads.length) return `${what} and on the way out of it; restore again when all are there`;
  const estimate = retrievalEstimate(region, "standard", byClass(heads), REHYDRATE_DAYS)!;
  const usd = (estimate.retrievalUsd + estimate.copiesUsd).toFixed(2);
  return `${what}, ${heads.length - ongoing} not asked for; ask with backup321 rehydrate --bucket ${bucket} --region ${region} --database ${database} --id ${id} (readable ${estimate.typically} later, about USD ${usd} for what this restore reads), then restore again`;
}

/** @throws StageError `preflight` with all problems, if there are any */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw problemsError("restore preflight", "preflight", problems);
}

/** Wraps an error of the server that is no StageError yet. */
export function asRestoreError(error: unknown, what: string): StageError {
  if (error instanceof StageError) return error;
  return new StageError("restore", "restore", `${what}: ${messageOf(error)}`, { cause: error });
}

/** What an interrupted restore fails with. */
export function stopped(): StageError {
  return new StageError("restore", "interrupted", "stopped by a signal");
}

import type { Client } from "pg";
import type { Manifest, ManifestObject } from "./manifestFormat";
import { messageOf, problemsError, StageError } from "./errors";
import type { ArchiveRequirements } from "./postgres/archiveContents";
import type { Repository } from "./repository/repository";

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
export function serverProblems(server: ServerFacts, newDatabase: string, source: Manifest["source"]): string[] {
  const problems: string[] = [];
  const bytes = Buffer.byteLength(newDatabase);
  if (bytes < 1 || bytes > MAX_NAME_BYTES) {
    problems.push(`the new database's name must have 1 to ${MAX_NAME_BYTES} bytes, "${newDatabase}" has ${bytes}`);
  }
  // libpq reads such a name as a connection string and would connect elsewhere.
  if (/[=\0]|:\/\//.test(newDatabase)) {
    problems.push(`the new database's name must hold no "=", "://" or NUL, got "${newDatabase}"`);
  }
  if (server.databases.has(newDatabase)) {
    problems.push(`database "${newDatabase}" exists already; restore only makes new ones, so choose another name`);
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

/** Storage classes that need a request and hours before they can be read. */
const ARCHIVED = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/**
 * Checks that every one of some data objects is there in its version, has its size, and can be read at once.
 * @throws StageError `preflight` with all problems
 */
export async function checkObjects(repository: Repository, objects: readonly ManifestObject[]): Promise<void> {
  const problems: string[] = [];
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
      if (head.thaw === "ongoing") {
        problems.push(
          `${what} is on its way out of storage class ${head.storageClass}; restore again when it is there`,
        );
      } else if (ARCHIVED.has(head.storageClass) && head.thaw !== "done") {
        problems.push(
          `${what} is in storage class ${head.storageClass}; ask for it with aws s3api restore-object --region ${repository.region} --bucket ${repository.bucket} --key ${object.key} --version-id ${object.versionId} --restore-request Days=7, then restore again when it is there`,
        );
      }
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  if (problems.length > 0) throw problemsError("restore preflight", "preflight", problems);
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

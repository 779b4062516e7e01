import type { Manifest } from "./manifestFormat";
import type { ArchiveRequirements } from "./postgres/archiveContents";
import { type MappedStatements, mappedStatements } from "./postgres/roleMap";
import type { RestoreRequest } from "./restore";
import type { Definitions } from "./restoreDefinitions";
import { largeObjectsOf } from "./restorePlan";

type Mapping = Pick<RestoreRequest, "roleMap" | "noOwner" | "noAcl">;

/** Problems of a map of roles with what the archive names, and with the other options. */
export function mapProblems(needs: ArchiveRequirements, { roleMap, noOwner, noAcl }: Mapping): string[] {
  if (roleMap === undefined) return [];
  const known = new Set([...needs.owners, ...needs.grantees]);
  const unknown = [...roleMap.keys()].filter((role) => !known.has(role)).sort();
  const problems: string[] = [];
  if (noOwner && noAcl) problems.push("a map of roles needs their ownership or privileges; leave out --no-owner");
  if (unknown.length > 0) {
    problems.push(
      `the map names roles that own nothing in this point and may do nothing: ${unknown.join(", ")}; those that do are ${[...known].sort().join(", ")}`,
    );
  }
  return problems;
}

/** What an archive needs when its roles are mapped. */
export function mappedNeeds(needs: ArchiveRequirements, { roleMap }: Mapping): ArchiveRequirements {
  if (roleMap === undefined) return needs;
  const map = (roles: Set<string>) => new Set([...roles].map((role) => roleMap.get(role) ?? role));
  return { ...needs, owners: map(needs.owners), grantees: map(needs.grantees) };
}

/** The statements that take the place of the archive's own; undefined where no role is mapped. */
export async function mappedRoles(
  archive: Definitions,
  { roleMap, noOwner, noAcl }: Mapping,
): Promise<MappedStatements | undefined> {
  if (roleMap === undefined) return undefined;
  const { owners, privileges } = await archive.ask(["--schema-only", "--file=-"], (lines) =>
    mappedStatements(lines, roleMap),
  );
  return { owners: noOwner ? [] : owners, privileges: noAcl ? [] : privileges };
}

/** What a map does not reach. */
export function notMapped(manifest: Manifest, { roleMap }: Mapping): string[] {
  if (roleMap === undefined || largeObjectsOf(manifest) === undefined) return [];
  return ["owners and privileges of large objects, which belong to the connecting role"];
}

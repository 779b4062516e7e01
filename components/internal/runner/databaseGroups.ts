import type { DatabaseArgs } from "../../types";
import { LIMITS } from "../defaults";

/** Databases that share roles: as many as one role's policy can name. */
export function databaseGroups<D>(databases: readonly D[]): D[][] {
  const size = LIMITS.databasesPerGroup;
  return Array.from({ length: Math.ceil(databases.length / size) }, (_, i) =>
    databases.slice(i * size, (i + 1) * size),
  );
}

/** Characters of the ARNs, known already, that the execution role of a group has to name; each counted once. */
function secretCharacters(group: readonly DatabaseArgs[]): number {
  const arns = group.flatMap(({ secretArn, secretKmsKeyArn }) => [secretArn, secretKmsKeyArn]);
  const known = new Set(arns.filter((arn) => typeof arn === "string"));
  return [...known].reduce((sum, arn) => sum + arn.length, 0);
}

/** Problems of groups whose secrets have names too long for one policy. */
export function databaseGroupProblems(databases: readonly DatabaseArgs[]): string[] {
  return databaseGroups(databases).flatMap((group, i) => {
    const characters = secretCharacters(group);
    if (characters <= LIMITS.secretCharacters) return [];
    const first = i * LIMITS.databasesPerGroup;
    return [
      `databases[${first}] to databases[${first + group.length - 1}] share a role, so their secretArn and secretKmsKeyArn must be at ` +
        `most ${LIMITS.secretCharacters} characters together (IAM's inline policies end at ${LIMITS.rolePolicyCharacters}), got ` +
        `${characters}; give the secrets shorter names, or use several BackupRunners on one repository`,
    ];
  });
}

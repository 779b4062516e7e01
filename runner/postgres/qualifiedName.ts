import { escapeIdentifier } from "pg";

/** `"schema"."table"`, quoted whatever characters the names hold. */
export function qualifiedName({ schema, name }: { schema: string; name: string }): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

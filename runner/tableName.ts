/** How a table is named. No imports: small bundles hold this. */

/** Where a table is. */
interface Placed {
  schema: string;
  name: string;
}

/** `schema.table`, as manifests, settings and errors spell it. Two tables may share it, where a name holds a dot. */
export function tableName({ schema, name }: Placed): string {
  return `${schema}.${name}`;
}

/** A text that no other table shares, for maps and sets. */
export function tableKey({ schema, name }: Placed): string {
  return JSON.stringify([schema, name]);
}

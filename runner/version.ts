/** Name and version that manifests carry; a test holds the version against package.json. */
export const TOOL = { name: "pulumi-backup321", version: "0.1.0" } as const;

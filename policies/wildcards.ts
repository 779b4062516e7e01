/**
 * Whether a pattern matches the whole of a text. `*` stands for any text; `?`, where IAM reads the pattern, for one
 * character, and case does not count there.
 */
export function matchesWildcards(pattern: string, text: string, reader: "IAM" | "AWS Backup"): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*");
  return reader === "IAM"
    ? new RegExp(`^${escaped.replaceAll("\\?", ".")}$`, "is").test(text)
    : new RegExp(`^${escaped}$`, "s").test(text);
}

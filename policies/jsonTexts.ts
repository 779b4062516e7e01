/** The value of a JSON text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What a text of JSON stands for, and anything else as it is: providers take documents as either. */
export function jsonValue(written: unknown): unknown {
  return typeof written === "string" ? parseJson(written) : written;
}

/** A text as it is, anything else as JSON; empty for what is not known, not set, or cannot be written as JSON. */
export function jsonText(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}

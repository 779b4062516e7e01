import { gunzipSync } from "node:zlib";

/** Above this a text is searched as it is and not taken apart, and nothing compressed is let grow beyond it. */
export const MAX_DECODED_CHARS = 8 * 1024 * 1024;
const MIN_BASE64_CHARS = 16;

/** What a text holds inside: a value of JSON, another text, or what would be too large to look at. */
export interface Decoded {
  /** What to put behind the text's own path. */
  suffix: "|json" | "|base64" | "|base64|gzip";
  value?: unknown;
  tooLarge?: true;
}

/**
 * What a text holds inside, when all of it is JSON or base64 (also the alphabet of URLs, also compressed by gzip, as user
 * data may be); undefined for any other text, and for binary data.
 */
export function decode(text: string): Decoded | undefined {
  if (text.length > MAX_DECODED_CHARS) return undefined;
  const first = text[0];
  if (first === "{" || first === "[" || (isBlank(first) && /^\s*[[{]/.test(text))) return decodeJson(text);
  return text.length < MIN_BASE64_CHARS || /[^A-Za-z0-9+/=_\r\n-]/.test(text) ? undefined : decodeBase64(text);
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\n" || char === "\t" || char === "\r";
}

function decodeJson(text: string): Decoded | undefined {
  try {
    return { suffix: "|json", value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function decodeBase64(text: string): Decoded | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    const value = textOf(bytes);
    return value === undefined ? undefined : { suffix: "|base64", value };
  }
  const suffix = "|base64|gzip";
  try {
    const value = textOf(gunzipSync(bytes, { maxOutputLength: MAX_DECODED_CHARS }));
    return value === undefined ? undefined : { suffix, value };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? { suffix, tooLarge: true } : undefined;
  }
}

/** Undefined for what is no text: control characters, and bytes that are not UTF-8. */
function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  // eslint-disable-next-line no-control-regex -- control characters and replacement marks are what tells binary from text
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? undefined : text;
}

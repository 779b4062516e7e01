import { isUtf8 } from "node:buffer";

/** PostgreSQL's names of encodings as the WHATWG's labels. Those that differ in control characters alone count as one. */
const LABELS: Readonly<Record<string, string>> = {
  LATIN2: "iso-8859-2",
  LATIN3: "iso-8859-3",
  LATIN4: "iso-8859-4",
  LATIN5: "windows-1254",
  LATIN6: "iso-8859-10",
  LATIN7: "iso-8859-13",
  LATIN8: "iso-8859-14",
  LATIN9: "iso-8859-15",
  LATIN10: "iso-8859-16",
  ISO_8859_5: "iso-8859-5",
  ISO_8859_6: "iso-8859-6",
  ISO_8859_7: "iso-8859-7",
  ISO_8859_8: "iso-8859-8",
  WIN866: "ibm866",
  WIN874: "windows-874",
  WIN1250: "windows-1250",
  WIN1251: "windows-1251",
  WIN1252: "windows-1252",
  WIN1253: "windows-1253",
  WIN1254: "windows-1254",
  WIN1255: "windows-1255",
  WIN1256: "windows-1256",
  WIN1257: "windows-1257",
  WIN1258: "windows-1258",
  KOI8R: "koi8-r",
  KOI8U: "koi8-u",
  EUC_JP: "euc-jp",
  EUC_KR: "euc-kr",
  EUC_CN: "gbk",
};

/**
 * Text of an archive, which holds names in the encoding of its database, or in UTF-8 where pg_dump was told so.
 * @param encoding as pg_encoding_to_char spells it
 */
export function textOf(bytes: Buffer, encoding: string): string {
  if (isUtf8(bytes)) return bytes.toString();
  if (encoding === "LATIN1") return bytes.toString("latin1");
  return new TextDecoder(LABELS[encoding] ?? "utf-8").decode(bytes);
}

import { isLiteralPassword, isRandomLiteral } from "./literals";
import { saysMarker, saysPassword, saysSecret } from "./secretNames";
import type { Shape } from "./shape";

/** What a finding by its name is called. */
export const PASSWORD_KIND = "password";
export const KEY_KIND = "key or token";

/** The value of a name: in quotes, or up to what ends it. */
const VALUE =
  /(?:\\?"([^"\\\n]{1,300})\\?"|\\?'([^'\\\n]{1,300})\\?'|([^\s"',;&)<>}\]\\]{1,300})([\s\S]?[ \t]{0,40}[\s\S]?))/y;
/**
 * `NAME=`, `name: `, `"name":`, `name := `, `name => `, `--name `, `define('NAME', `. A colon needs a quote or a blank
 * beside it: without one it parts an ARN.
 */
const NAME = new RegExp(
  [
    /(?:--)?([A-Za-z_][\w.-]{2,59})(\\?["']\s{0,3}(?:=>|[:=])[ \t]{0,8}|\s{0,3}(?:[:?]{0,3}=|=>|:(?=[ \t\\"']))[ \t]{0,8})/,
    /--([a-z][\w-]{2,40})( )/,
    /define\(\s?["'](\w{3,60})["'](,\s?)/,
  ]
    .map(({ source }) => `(?<![\\w.-])${source}`)
    .join("|"),
  "g",
);

/** Words of which one is in every name that says secret. */
const NAME_HINTS = [
  "pass",
  "pwd",
  "secret",
  "token",
  "apikey",
  "api_key",
  "api-key",
  "api.key",
  "accesskey",
  "access_key",
  "access-key",
  "privatekey",
  "private_key",
  "private-key",
  "credential",
];

/** The kind of secret that a value is under a name; undefined when the name says no secret or the value is none. */
export function kindByName(name: string, value: string): string | undefined {
  if (value.length < 8 || !saysSecret(name) || saysMarker(name)) return undefined;
  if (saysPassword(name)) return isLiteralPassword(value) ? PASSWORD_KIND : undefined;
  return isRandomLiteral(value) ? KEY_KIND : undefined;
}

/** The kinds of secret that a text assigns to names that say so, in any notation; each once. */
function assignedKinds(text: string): string[] {
  const kinds = new Set<string>();
  NAME.lastIndex = 0;
  for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
    const name = found[1] ?? found[3] ?? found[5] ?? "";
    if (!saysSecret(name)) continue;
    VALUE.lastIndex = NAME.lastIndex;
    const value = VALUE.exec(text);
    if (value === null) continue;
    NAME.lastIndex = VALUE.lastIndex;
    const quoted = value[1] ?? value[2];
    const written = quoted ?? value[3] ?? "";
    if (quoted === undefined && !endsHere(found[2] ?? " ", value[4] ?? "")) continue;
    const kind = kindByName(name, written);
    if (kind !== undefined) kinds.add(kind);
  }
  return [...kinds];
}

/** Code goes on behind a name, a configuration ends its line; `NAME=value` without blanks ends with a blank, too. */
function endsHere(separator: string, behind: string): boolean {
  if (!/\s/.test(separator)) return true;
  return separator === " " || /^(?:$|[ \t]*(?:$|[\r\n#\\"'<]))/.test(behind);
}

/** `<password>x</password>`, and YAML's `- name: X` with `value: x` in the next line. */
const ELEMENT = /<([A-Za-z_.-]{3,40})>([^<>\s]{8,256})<\//g;
const PAIR = /\bname:\s{0,3}["']?([\w.-]{3,60})["']?\s{1,40}value:\s{0,3}["']?([^\s"']{8,256})/g;

function pairedKinds(text: string): string[] {
  return [ELEMENT, PAIR].flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(([, name = "", value = ""]) => kindByName(name, value) ?? []),
  );
}

/** Looks for what names give away; a shape by its hints, and a search of its own by what it does. */
export const ASSIGNMENTS: Pick<Shape, "hints" | "anyCase"> & { kindsIn(text: string): string[] } = {
  hints: NAME_HINTS,
  anyCase: true,
  kindsIn: (text) => [...new Set([...assignedKinds(text), ...pairedKinds(text)])].map((kind) => `${kind} in a text`),
};

/** What the corpus is made from: the same seed gives the same strings on every machine. */
export interface Random {
  /** A whole number, both ends included. */
  int(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
  /** So many characters of an alphabet. */
  text(alphabet: string, length: number): string;
  hex(length: number): string;
  digits(length: number): string;
  alnum(length: number): string;
  base64(bytes: number): string;
  base64url(length: number): string;
  uuid(): string;
  /** A password as people choose them: words with digits and marks, or what a generator makes. */
  password(): string;
  word(): string;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
export const BASE32 = `${UPPER}234567`;
const DIGITS = "0123456789";
export const ALNUM = LOWER + UPPER + DIGITS;
const WORDS =
  "amber anchor basil canyon cedar cobalt comet copper coral delta ember falcon garnet harbor hazel indigo iris jasper kestrel lagoon linden maple meadow nickel ocean olive onyx opal orchid otter pepper pine quartz raven river saffron salmon sierra sparrow summit sunset thistle timber topaz tundra velvet walnut willow winter zephyr".split(
    " ",
  );

/** A small generator (mulberry32): good enough to look random, and the same everywhere. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(items: readonly T[]): T => items[int(0, items.length - 1)]!;
  const text = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet[int(0, alphabet.length - 1)]).join("");
  const hex = (length: number): string => text("0123456789abcdef", length);
  const word = (): string => pick(WORDS);
  const capital = (plain: string): string => plain[0]!.toUpperCase() + plain.slice(1);
  return {
    int,
    pick,
    text,
    hex,
    word,
    digits: (length) => text(DIGITS, length),
    alnum: (length) => text(ALNUM, length),
    base64: (bytes) => Buffer.from(Array.from({ length: bytes }, () => int(0, 255))).toString("base64"),
    base64url: (length) => text(`${ALNUM}-_`, length),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick(["8", "9", "a", "b"])}${hex(3)}-${hex(12)}`,
    password: () =>
      pick([
        () => `${capital(word())}${int(10, 9999)}${pick(["!", "#", "*", "_", "!!"])}`,
        () => `${word()}${capital(word())}${int(100, 999)}`,
        () => `${capital(word())}-${word()}-${int(10, 99)}`,
        () => `${text(ALNUM, int(15, 31))}${int(0, 9)}`,
        () => `${text(LOWER + DIGITS, 11)}${int(0, 9)}${text(LOWER, 4)}`,
        () => `${pick(["P4ssw0rd", "S3cr3t", "Adm1n", "Qw3rty", "L3tM3In"])}${int(10, 9999)}${pick(["", "!", "."])}`,
      ])(),
  };
}

/** Joins what is written with bars between: no file holds the beginning of a key as one word. */
export function glue(pieces: string): string {
  return pieces.replaceAll("|", "");
}

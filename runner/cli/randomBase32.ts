import { randomInt } from "node:crypto";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** `length` random characters of a-z and 2-7, as ids of recovery points and temporary names have them. */
export function randomBase32(length: number): string {
  return Array.from({ length }, () => BASE32[randomInt(32)]).join("");
}

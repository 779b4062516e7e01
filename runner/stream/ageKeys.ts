import { readFile } from "node:fs/promises";
import { messageOf, problemsError, StageError } from "../errors";

const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const CHECKSUM_LENGTH = 6;
const KEY_LENGTH = Math.ceil((32 * 8) / 5);
/** What every private key of age begins with; nothing that holds it is ever repeated in a message. */
const PRIVATE = /AGE-(SECRET-KEY|PLUGIN)-/i;

/** Whether `text` is Bech32 (BIP 173) of 32 bytes under `prefix`; both in lower case. */
function isKey(text: string, prefix: string): boolean {
  const data = text.slice(prefix.length + 1);
  if (!text.startsWith(`${prefix}1`) || data.length !== KEY_LENGTH + CHECKSUM_LENGTH) return false;
  const words = [...data].map((letter) => BECH32.indexOf(letter));
  if (words.includes(-1)) return false;
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  return checksum([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...words]) === 1;
}

function checksum(words: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  return words.reduce((sum, word) => {
    const top = sum >>> 25;
    const shifted = ((sum & 0x1ffffff) << 5) ^ word;
    return generators.reduce((mixed, generator, bit) => ((top >>> bit) & 1 ? mixed ^ generator : mixed), shifted);
  }, 1);
}

/** Each adds some 110 bytes to every file, also to that of a table with one row. */
const MOST_RECIPIENTS = 20;

/** Public keys, and one sentence for each entry that is none. */
export interface ParsedRecipients {
  recipients: string[];
  problems: string[];
}

/**
 * Reads public keys of age (`age1...`, X25519), separated by commas or line breaks.
 *
 * Other kinds of recipients are refused: with these alone everybody who has the `age` program, and nothing else, can restore.
 */
export function parseRecipients(text: string): ParsedRecipients {
  const entries = text
    .split(/[,\r\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  const problems = entries.flatMap((entry, index) => {
    const problem = recipientProblem(entry) ?? (entries.indexOf(entry) < index ? "is there twice" : undefined);
    return problem === undefined ? [] : [`recipient ${index + 1} ${problem}`];
  });
  if (entries.length > MOST_RECIPIENTS)
    problems.push(`there are ${entries.length} recipients, at most ${MOST_RECIPIENTS} are taken`);
  if (entries.length === 0) problems.push("there is no recipient; list public keys of age, like age1...");
  return { recipients: problems.length === 0 ? entries : [], problems };
}

function recipientProblem(entry: string): string | undefined {
  if (PRIVATE.test(entry)) {
    return "is a private key, which must never be near a backup; take its public key (age-keygen -y), and make a new pair: this one was exposed";
  }
  if (/^(ssh-|ecdsa-|sk-)/.test(entry)) {
    return "is an SSH key, whose file tells which key opens it and whose owner meant it for signing in; make a key for backups with age-keygen";
  }
  if (isKey(entry, "age")) return undefined;
  if (/^age1[a-z0-9]+1/.test(entry)) {
    return "is of a plugin or of a newer kind; only X25519 keys (age1 and 58 more characters, made by age-keygen) open without anything besides age";
  }
  // What does not begin like a public key may be any secret.
  if (/^age1/.test(entry)) return `is no public key of age: "${entry}"; a character is wrong or missing`;
  return `is no public key of age (${entry.length} characters); expected age1 and 58 more, made by age-keygen`;
}

/** Private keys, and one sentence for each line that is none. */
export interface ParsedIdentities {
  identities: string[];
  problems: string[];
}

/** Reads an identity file as age-keygen writes it: one private key a line, `#` begins a comment. No key gets into a message. */
export function parseIdentities(text: string): ParsedIdentities {
  const identities: string[] = [];
  const problems: string[] = [];
  if (/^(age-encryption\.org\/v1|-----BEGIN AGE)/.test(text)) {
    return { identities, problems: ["is encrypted itself; decrypt it first (age -d)"] };
  }
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const entry = line.trim();
    if (entry === "" || entry.startsWith("#")) continue;
    if (isKey(entry.toLowerCase(), "age-secret-key-") && entry === entry.toUpperCase()) identities.push(entry);
    else problems.push(`line ${index + 1} is no private key of age (AGE-SECRET-KEY-1 and 58 more characters)`);
  }
  if (identities.length === 0 && problems.length === 0) problems.push("holds no private key");
  return { identities, problems };
}

/**
 * Reads the identities of a file.
 * @param stage named in errors
 * @throws StageError `usage` when it can't be read, or a line of it is no identity
 */
export async function readIdentityFile(stage: string, path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new StageError(stage, "usage", `the identity file can't be read: ${messageOf(error)}`, { cause: error });
  });
  const { identities, problems } = parseIdentities(text);
  if (problems.length > 0) {
    throw problemsError(
      stage,
      "usage",
      problems.map((problem) => `identity file ${path} ${problem}`),
    );
  }
  return identities;
}

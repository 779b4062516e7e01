import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseIdentities, parseRecipients, readIdentityFile } from "../../runner/stream/ageKeys";
import { newIdentity } from "./ageFixtures";
import { failureOf } from "./readFixtures";

describe("parseRecipients", () => {
  it("takes public keys between commas or line breaks", async () => {
    const keys = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);
    const [a, b, c] = keys.map((pair) => pair.recipient);
    expect(parseRecipients(` ${a}, ${b}\r\n${c},`)).toEqual({ recipients: [a, b, c], problems: [] });
  });

  it("fails when there is none", () => {
    expect(parseRecipients(" ,\n").problems).toEqual(["there is no recipient; list public keys of age, like age1..."]);
  });

  it("fails when there are more than 20", async () => {
    const keys = await Promise.all(Array.from({ length: 21 }, async () => (await newIdentity()).recipient));
    expect(parseRecipients(keys.slice(1).join(",")).problems).toEqual([]);
    expect(parseRecipients(keys.join(",")).problems).toEqual(["there are 21 recipients, at most 20 are taken"]);
  });

  it("fails when one is there twice", async () => {
    const { recipient } = await newIdentity();
    expect(parseRecipients(`${recipient},${recipient}`)).toEqual({
      recipients: [],
      problems: ["recipient 2 is there twice"],
    });
  });

  it("fails when one is a private key, in whatever case, and never shows it", async () => {
    const { identity, recipient } = await newIdentity();
    for (const exposed of [identity, identity.toLowerCase(), `${recipient} ${identity}`]) {
      const { problems } = parseRecipients(`${recipient},${exposed}`);
      expect(problems).toEqual([
        "recipient 2 is a private key, which must never be near a backup; take its public key (age-keygen -y), and make a new pair: this one was exposed",
      ]);
    }
  });

  it("fails when one is an SSH key, a plugin's, a mistyped one or something else, each with its reason", async () => {
    const { recipient } = await newIdentity();
    const typo = recipient.slice(0, -1) + (recipient.endsWith("q") ? "p" : "q");
    const text = `ssh-ed25519 AAAAC3Nza me@host,age1yubikey1qwt50d05nh5vutpdz,${typo},hunter2`;
    expect(parseRecipients(text).problems).toEqual([
      "recipient 1 is an SSH key, whose file tells which key opens it and whose owner meant it for signing in; make a key for backups with age-keygen",
      "recipient 2 is of a plugin or of a newer kind; only X25519 keys (age1 and 58 more characters, made by age-keygen) open without anything besides age",
      `recipient 3 is no public key of age: "${typo}"; a character is wrong or missing`,
      "recipient 4 is no public key of age (7 characters); expected age1 and 58 more, made by age-keygen",
    ]);
  });

  it("fails when any one character of a key is another", async () => {
    const { recipient } = await newIdentity();
    for (let at = 0; at < recipient.length; at++) {
      const other = recipient[at] === "q" ? "p" : "q";
      const typo = recipient.slice(0, at) + other + recipient.slice(at + 1);
      expect([at, parseRecipients(typo).problems.length]).toEqual([at, 1]);
    }
    expect(parseRecipients(recipient.toUpperCase()).problems).toHaveLength(1);
  });
});

describe("parseIdentities", () => {
  it("takes what age-keygen writes", async () => {
    const [a, b] = [await newIdentity(), await newIdentity()];
    const text = `# created: 2026-11-20\n# public key: ${a.recipient}\n${a.identity}\r\n\n  ${b.identity}\n`;
    expect(parseIdentities(text)).toEqual({ identities: [a.identity, b.identity], problems: [] });
  });

  it("fails when lines are no keys, and shows none of them", async () => {
    const { identity } = await newIdentity();
    expect(parseIdentities(`${identity}\n${identity.slice(0, -1)}\n${identity.toLowerCase()}`).problems).toEqual([
      "line 2 is no private key of age (AGE-SECRET-KEY-1 and 58 more characters)",
      "line 3 is no private key of age (AGE-SECRET-KEY-1 and 58 more characters)",
    ]);
  });

  it("fails when the file is empty or encrypted", () => {
    expect(parseIdentities("# nothing\n").problems).toEqual(["holds no private key"]);
    expect(parseIdentities("age-encryption.org/v1\n-> scrypt").problems).toEqual([
      "is encrypted itself; decrypt it first (age -d)",
    ]);
  });
});

describe("readIdentityFile", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), "backup321-age-"))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("reads the keys of a file", async () => {
    const { identity } = await newIdentity();
    writeFileSync(path.join(folder, "key"), `${identity}\n`);
    expect(await readIdentityFile("verify", path.join(folder, "key"))).toEqual([identity]);
  });

  it("fails when the file is not there or holds something else", async () => {
    const missing = path.join(folder, "missing");
    expect((await failureOf(readIdentityFile("verify", missing))).message).toMatch(
      /^verify: the identity file can't be read: .*ENOENT: no such file or directory, open '.*missing'$/,
    );
    const wrong = path.join(folder, "wrong");
    writeFileSync(wrong, "a\nb\n");
    const error = await failureOf(readIdentityFile("verify", wrong));
    expect(error.message).toBe(
      `verify: 2 problems:\n  - identity file ${wrong} line 1 is no private key of age (AGE-SECRET-KEY-1 and 58 more characters)\n  - identity file ${wrong} line 2 is no private key of age (AGE-SECRET-KEY-1 and 58 more characters)`,
    );
    expect(error).toMatchObject({ exit: "usage" });
  });
});

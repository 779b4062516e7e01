// needs: age, zstd
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { parseRecipients, readIdentityFile } from "../../runner/stream/ageKeys";
import { ageSeal, openSealed, type Seal } from "../../runner/stream/seal";
import { failureOf } from "../runner/readFixtures";
import { ensureAge, ensureAgeKeygen } from "../support/age";
import { run } from "../support/processes";

const PLAIN = randomBytes(200_000);
let folder: string;
let age: string;
/** Three key files of age-keygen, and their public keys. */
let keys: { file: string; recipient: string }[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "backup321-age-"));
  age = await ensureAge();
  const keygen = await ensureAgeKeygen();
  keys = ["a", "b", "stranger"].map((name) => {
    const file = path.join(folder, name);
    run("age-keygen", keygen, ["-o", file]);
    return { file, recipient: run("age-keygen", keygen, ["-y", file]).trim() };
  });
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function through(seal: Seal, bytes: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of seal(Readable.from([bytes]))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sealed = () => through(ageSeal([keys[0]!.recipient, keys[1]!.recipient]), PLAIN);
const stock = (file: string, input: Buffer) =>
  spawnSync(age, ["--decrypt", "--identity", file], { input, maxBuffer: 1 << 28 });

describe("the stock age program", () => {
  it("makes keys that the settings take", () => {
    expect(parseRecipients(keys.map((key) => key.recipient).join(",")).problems).toEqual([]);
  });

  it("opens what we seal with each recipient's key alone", async () => {
    const bytes = await sealed();
    for (const { file } of keys.slice(0, 2)) expect(stock(file, bytes).stdout.equals(PLAIN)).toBe(true);
  });

  it("fails when the key is another, or what we sealed was cut or damaged", async () => {
    const bytes = await sealed();
    expect(String(stock(keys[2]!.file, bytes).stderr)).toContain("no identity matched any of the recipients");
    expect(stock(keys[0]!.file, bytes.subarray(0, -1)).status).toBe(1);
    bytes[bytes.length - 5_000]! ^= 1;
    expect(stock(keys[0]!.file, bytes).status).toBe(1);
  });

  it("seals what we open, and not what others do", async () => {
    const args = keys.slice(0, 2).flatMap(({ recipient }) => ["--recipient", recipient]);
    const bytes = execFileSync(age, args, { input: PLAIN, maxBuffer: 1 << 28 });
    const opened = await through(openSealed(await readIdentityFile("test", keys[1]!.file), "restore"), bytes);
    expect(opened.equals(PLAIN)).toBe(true);
    const stranger = await readIdentityFile("test", keys[2]!.file);
    expect((await failureOf(through(openSealed(stranger, "restore"), bytes))).message).toBe(
      "decrypt: the identity does not open it: it was encrypted to others",
    );
  });

  it("opens one table of an object that holds many, from its range alone, for zstd", async () => {
    const zstd = (text: string) => execFileSync("zstd", ["-q"], { input: text });
    const tables = await Promise.all(
      ["first\n", "second\n"].map((t) => through(ageSeal([keys[0]!.recipient]), zstd(t))),
    );
    const file = path.join(folder, "tables-0001.sql.zst.age");
    writeFileSync(file, Buffer.concat(tables));
    const range = readFileSync(file).subarray(tables[0]!.length);
    expect(String(execFileSync("zstd", ["-dq"], { input: stock(keys[0]!.file, range).stdout }))).toBe("second\n");
  });
});

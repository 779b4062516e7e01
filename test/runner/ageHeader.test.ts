import { Readable } from "node:stream";
import { ageSeal } from "../../runner/stream/seal";
import { ageFileProblem, MAX_AGE_HEADER_BYTES } from "../../runner/verification/ageHeader";
import { newIdentity } from "./ageFixtures";

async function sealed(length: number, recipients: number): Promise<Buffer> {
  const pairs = await Promise.all(Array.from({ length: recipients }, newIdentity));
  const chunks: Buffer[] = [];
  const seal = ageSeal(pairs.map((pair) => pair.recipient));
  for await (const chunk of seal(Readable.from([Buffer.alloc(length)]))) chunks.push(chunk);
  return Buffer.concat(chunks);
}
const problemOf = (file: Buffer, recipients: number, fileBytes = file.length) =>
  ageFileProblem(file.subarray(0, MAX_AGE_HEADER_BYTES), fileBytes, recipients);

describe("ageFileProblem", () => {
  it.each([
    [0, 1],
    [1, 2],
    [65_536, 1],
    [65_537, 20],
    [131_072, 3],
  ])("finds nothing in a file of %i bytes for %i recipients", async (length, recipients) => {
    expect(problemOf(await sealed(length, recipients), recipients)).toBeUndefined();
  });

  it("fails when there are more or fewer recipients", async () => {
    const file = await sealed(10, 2);
    expect(problemOf(file, 1)).toBe("is encrypted to 2 recipients, the manifest says 1");
    expect(problemOf(file, 3)).toBe("is encrypted to 2 recipients, the manifest says 3");
  });

  it("fails when the header is damaged, cut or for other kinds of recipients", async () => {
    const file = await sealed(10, 1);
    const sentence = "has an age header that is damaged, cut, or for other recipients than X25519 keys";
    const text = file.toString("latin1");
    for (const damaged of [text.slice(0, 50), text.slice(0, 150), text.replace("X25519", "scrypt")]) {
      expect(problemOf(Buffer.from(damaged, "latin1"), 1)).toBe(sentence);
    }
    expect(problemOf(Buffer.from("age-encryption.org/v2\n"), 1)).toBe("is no age file");
  });

  it("fails when no encrypted file can be so long", async () => {
    const empty = await sealed(0, 1);
    const full = await sealed(65_536, 1);
    const impossible = (bytes: number) => `has ${bytes} bytes, which no age file with its header can have`;
    // Without its tag, without its nonce, with a last chunk that is a tag alone.
    for (const bytes of [empty.length - 1, empty.length - 20, full.length + 1, full.length + 16]) {
      expect(problemOf(full, 1, bytes)).toBe(impossible(bytes));
    }
    expect(problemOf(full, 1, full.length + 17)).toBeUndefined();
  });
});

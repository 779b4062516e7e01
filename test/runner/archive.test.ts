import { Readable } from "node:stream";
import { readArchiveHead } from "../../runner/stream/archive";
import { failureOf } from "./readFixtures";
import { consumerStage, leavingNoProcess, textOf } from "./shellStage";
import { readerOf, stored } from "./storedObjects";

leavingNoProcess();

describe("reading the beginning of an archive", () => {
  it("ends when the consumer has seen enough", async () => {
    const { repository, object } = await stored();
    const consumer = consumerStage("head -c 5 | wc -c");
    const output = textOf(consumer);
    await readArchiveHead(readerOf(repository), object, consumer);
    expect(await output).toBe("5");
  });

  it("fails when the consumer does", async () => {
    const { repository, object } = await stored();
    const error = await failureOf(readArchiveHead(readerOf(repository), object, consumerStage("exit 1", "ignore")));
    expect(error.message).toBe("consumer: sh exited with code 1");
  });

  it("fails when the beginning can't be read", async () => {
    const { repository, object } = await stored();
    repository.body = () => Readable.from([Buffer.from("no zstd frame at all")]);
    const error = await failureOf(
      readArchiveHead(readerOf(repository), object, consumerStage("cat >/dev/null", "ignore")),
    );
    expect(error.message).toMatch(/^decompress: zstd exited with code 1/);
  });
});

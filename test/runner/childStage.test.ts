import { outputOf, stderrTail } from "../../runner/stream/childStage";
import { shellStage } from "./shellStage";

async function read(script: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of outputOf(shellStage(script))) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}

describe("a child process as a stage", () => {
  it("ends its output when it exited 0", async () => {
    expect(await read("echo one; echo two")).toBe("one\ntwo\n");
  });

  it("fails when it exits non-zero long after its output was closed", async () => {
    await expect(read("echo all of it; exec >&-; sleep 0.2; exit 9")).rejects.toThrow("dump: sh exited with code 9");
  });

  it("fails when it is killed", async () => {
    await expect(read("echo x; kill -TERM $$")).rejects.toThrow("dump: sh was killed by SIGTERM");
  });

  it("fails with the end of its stderr", async () => {
    await expect(read("echo 'no such table' >&2; exit 1")).rejects.toThrow(
      "dump: sh exited with code 1: no such table",
    );
  });

  it("gets no variable of ours that it was not given", async () => {
    process.env.BACKUP321_TEST_LEAK = "leaked";
    try {
      expect(await read('echo "[$BACKUP321_TEST_LEAK]"')).toBe("[]\n");
    } finally {
      delete process.env.BACKUP321_TEST_LEAK;
    }
  });

  it("stops a child that ignores SIGTERM only in the end, and one that obeys at once", async () => {
    const obedient = shellStage("cat /dev/zero");
    await obedient.stop();
    await expect(obedient.done).rejects.toThrow(/killed by SIG(TERM|PIPE)/);
  });

  it("keeps rows of the user's data out of error text", () => {
    const text =
      "pg_restore: error: COPY failed\nCONTEXT:  COPY orders, line 7: 42 Jane Doe\nDETAIL:  Key (mail)=(jane@x) exists";
    expect(stderrTail(text)).toBe("pg_restore: error: COPY failed");
    expect(stderrTail("x".repeat(5000))).toHaveLength(2048);
  });
});

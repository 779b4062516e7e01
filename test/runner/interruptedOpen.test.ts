import { runBackup } from "../../runner/backup";
import type { DumpSession, DumpSource } from "../../runner/dump/dumpSource";
import { failureOf } from "./readFixtures";
import { config, dependencies, keysOf, memory, ScriptSource } from "./fixtures";

/** A source that opens when a test lets it. */
class SlowSource implements DumpSource {
  letOpen: () => void = () => undefined;
  constructor(readonly session: ScriptSource) {}
  open(): Promise<DumpSession> {
    return new Promise((resolve) => (this.letOpen = () => void this.session.open().then(resolve)));
  }
}

describe("a signal while the source opens", () => {
  it("ends the run at once, and what opens later is closed", async () => {
    const source = new SlowSource(new ScriptSource("echo data"));
    const repository = memory();
    const stop = new AbortController();
    const running = failureOf(runBackup(dependencies(source, repository), config(), stop.signal));
    stop.abort();
    const error = await running;
    expect([error.exit, error.message]).toEqual(["interrupted", "backup: stopped by a signal; nothing was committed"]);
    source.letOpen();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.session.closed).toBe(1);
    expect(await keysOf(repository)).toEqual([]);
  });

  it("that never comes lets a slow source be dumped", async () => {
    const source = new SlowSource(new ScriptSource("echo data"));
    const running = runBackup(dependencies(source, memory()), config(), new AbortController().signal);
    source.letOpen();
    expect((await running).manifest.objects).toHaveLength(1);
  });

  it("ends the run before the source is asked when it came first", async () => {
    const source = new SlowSource(new ScriptSource("echo data"));
    const open = jest.spyOn(source, "open");
    expect((await failureOf(runBackup(dependencies(source, memory()), config(), AbortSignal.abort()))).exit).toBe(
      "interrupted",
    );
    expect(open).not.toHaveBeenCalled();
  });
});

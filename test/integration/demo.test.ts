// needs: postgres, standin, pulumi
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const ROOT = path.join(__dirname, "../..");
const DEMO = ["--require", require.resolve("tsx/cjs"), path.join(ROOT, "test/demo/main.ts")];
jest.setTimeout(400_000);

/** Processes that a demo starts, by their command lines, and its folders. */
function leftovers(): string[] {
  const commands = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
  const processes = commands.filter((c) => /backup321-demo-|demo\/main\.ts/.test(c));
  const folders = readdirSync(os.tmpdir()).filter((f) => f.startsWith("backup321-demo-"));
  return [...processes, ...folders];
}

function startDemo(args: string[]): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [...DEMO, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text, ended: new Promise((resolve) => child.once("close", resolve)) };
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let waited = 0; waited < 120_000; waited += 100) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not seen within 120 s: ${what}`);
}

describe("the demo", () => {
  beforeAll(() => expect(leftovers()).toEqual([]));

  it("leaves no process and no folder behind when it is interrupted while servers run", async () => {
    const { child, output, ended } = startDemo([]);
    await until("step 3", () => output().includes("pulumi up ..."));
    expect(leftovers().length).toBeGreaterThan(3);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(leftovers()).toEqual([]);
  });

  it("fails when it gets an argument it does not know, without starting anything", async () => {
    const { output, ended } = startDemo(["--kepe"]);
    expect(await ended).toBe(2);
    expect(output()).toContain("demo: unknown argument --kepe");
  });

  it("fails when its port is taken, naming it, and leaves nothing behind", async () => {
    const holder = await import("node:net").then(
      (net) =>
        new Promise<import("node:net").Server>((resolve) => {
          const server = net.createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    );
    const { port } = holder.address() as import("node:net").AddressInfo;
    const { output, ended } = startDemo(["--port", String(port)]);
    expect(await ended).toBe(1);
    holder.close();
    expect(output()).toContain(
      `port ${port} of 127.0.0.1 can't be used (EADDRINUSE); choose another or stop what holds it`,
    );
    expect(leftovers()).toEqual([]);
  });

  it("ends with its summary, and kept, works with the commands that it prints until it is stopped", async () => {
    const { output, ended } = startDemo(["--keep"]);
    const code = await ended;
    if (code !== 0) throw new Error(`the demo ended with ${code}:\n${output()}`);
    expect(output()).toMatch(/Could we restore {2}yes: from the replica, in \d+\.\d s; every row agrees/);
    const envFile = /^ {2}\. (\S+)$/m.exec(output())![1]!;
    const printed = output()
      .slice(output().indexOf(envFile))
      .split("\n")
      .filter((l) => /^ {2}(backup321|psql) /.test(l));
    expect(printed).toHaveLength(5);
    try {
      const shell = (line: string) => execFileSync("bash", ["-c", `. ${envFile}; ${line}`], { encoding: "utf8" });
      const [list, status, verify, restore, psql] = printed.map(shell);
      expect(list).toMatch(/shop.*daily/);
      expect(status).toMatch(/shop[^]*primary[^]*shop[^]*replica|primary[^]*replica/);
      expect(verify).toMatch(/agree|verified|passed/i);
      expect(restore).toContain('into database "my_copy"');
      expect(psql).toMatch(/\d+\n\(1 row\)/);
      // Nobody but their owner reads the credentials in it.
      expect(readFileSync(envFile, "utf8")).toContain("AWS_SESSION_TOKEN");
      expect(execFileSync("stat", ["-c", "%a", envFile], { encoding: "utf8" }).trim()).toBe("600");
    } finally {
      const stop = startDemo(["--stop"]);
      await stop.ended;
      expect(stop.output()).toContain("stopped, and everything it made is removed");
    }
    expect(leftovers()).toEqual([]);
  });
});

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, requireFreePort, run, start, type StartOptions } from "./processes";

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "backup321-processes-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string) => join(dir, name);
const env = { PATH: process.env.PATH };
const options = (code: string, more: Partial<StartOptions> = {}): StartOptions => ({
  name: "child",
  command: process.execPath,
  args: ["-e", `${code}; require("fs").writeFileSync("ready", ""); setInterval(() => {}, 1000)`],
  env,
  cwd: dir,
  logFile: file("log"),
  ready: () => Promise.resolve(existsSync(file("ready"))),
  ...more,
});
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still has its id; only its parent, which is not us, can end that.
    return !/^\d+ \(.*\) Z/.test(existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "");
  } catch {
    return false;
  }
}
async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 100 && alive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return !alive(pid);
}
const grandchild = `require("fs").writeFileSync("pid", String(require("child_process").spawn("sleep", ["300"]).pid))`;
const pidIn = (name: string) => Number(readFileSync(file(name), "utf8"));

test("stop ends the child, what it started, and may be called twice", async () => {
  const child = await start(options(grandchild));
  const pid = pidIn("pid");
  expect([alive(child.pid), alive(pid)]).toEqual([true, true]);
  await child.stop();
  await child.stop();
  expect([await gone(child.pid), await gone(pid)]).toEqual([true, true]);
});

test("stop kills a child that ignores TERM", async () => {
  const child = await start(options(`process.on("SIGTERM", () => {})`, { stopTimeoutMs: 100 }));
  await child.stop();
  expect(await gone(child.pid)).toBe(true);
});

test("stop also ends the groups that the child noted, except those it noted as ended", async () => {
  const other = () => spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
  const [running, ended] = [other(), other()];
  writeFileSync(file("groups"), `+${running.pid}\n+${ended.pid}\n-${ended.pid}\n`);
  const child = await start(options("", { groupsFile: file("groups") }));
  await child.stop();
  expect([await gone(running.pid!), alive(ended.pid!)]).toEqual([true, true]);
  process.kill(-ended.pid!, "SIGKILL");
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "a parent ended by %s leaves no child",
  async (signal) => {
    const parent = file("parent.ts");
    const code = JSON.stringify(options(grandchild));
    writeFileSync(
      parent,
      `import { existsSync, writeFileSync } from "node:fs"; import { start } from ${JSON.stringify(join(__dirname, "processes"))};
     void start({ ...${code}, ready: async () => existsSync(${JSON.stringify(file("ready"))}) })
       .then((child) => { writeFileSync(${JSON.stringify(file("child"))}, String(child.pid)); setInterval(() => {}, 1000); });`,
    );
    const tsx = require.resolve("tsx");
    const process_ = spawn(process.execPath, ["--import", tsx, parent], { stdio: "ignore" });
    while (!existsSync(file("child")) || readFileSync(file("child"), "utf8") === "")
      await new Promise((resolve) => setTimeout(resolve, 50));
    const exit = new Promise((resolve) => process_.once("exit", resolve));
    process_.kill(signal);
    expect(await exit).toBe(signal === "SIGTERM" ? 143 : 130);
    expect([await gone(pidIn("child")), await gone(pidIn("pid"))]).toEqual([true, true]);
  },
  30_000,
);

test("fails when the child ends before it is ready, with the end of its log", async () => {
  const dying = { ...options(""), args: ["-e", `console.log("what went wrong"); process.exit(3)`] };
  await expect(start(dying)).rejects.toThrow(
    `child: ended at once: exit code 3; its log (${file("log")}) ends with:\nwhat went wrong`,
  );
});

test("fails when the child is never ready, and ends it", async () => {
  const slow = options(grandchild, { ready: () => Promise.resolve(false), readyTimeoutMs: 1000 });
  await expect(start(slow)).rejects.toThrow("child: not ready after 1 s;");
  expect(await gone(pidIn("pid"))).toBe(true);
});

test("fails when the program does not exist", async () => {
  await expect(start(options("", { command: "no-such-program" }))).rejects.toThrow(
    /^child: ended at once: spawn no-such-program ENOENT/,
  );
});

test("run gives stdout, and fails with the exit code and stderr", () => {
  expect(run("sum", process.execPath, ["-p", "1+1"])).toBe("2\n");
  expect(() => run("sum", process.execPath, ["-e", "console.error('bad'); process.exit(4)"])).toThrow(
    `sum: ${process.execPath} ended with 4: bad`,
  );
});

test("fails when a port is taken, and passes when it is free", async () => {
  const port = await freePort();
  await requireFreePort(port, "server");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await expect(requireFreePort(port, "server")).rejects.toThrow(
    `server: port ${port} of 127.0.0.1 can't be used (EADDRINUSE); choose another or stop what holds it`,
  );
  await new Promise((resolve) => server.close(resolve));
});

test("gives free ports, none twice, none of another worker, none that is held", async () => {
  const ours = [await freePort(1), await freePort(1), await freePort(1)];
  const others = [await freePort(2), await freePort(2), await freePort(12)];
  expect(new Set([...ours, ...others]).size).toBe(6);
  const range = (port: number) => Math.floor((port - 10_000) / 2_000);
  expect([...ours, ...others].map(range)).toEqual([1, 1, 1, 2, 2, 2]);
  const held = (((await freePort(3)) + 1 - 16_000) % 2_000) + 16_000;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(held, "127.0.0.1", resolve));
  expect(await freePort(3)).not.toBe(held);
  await new Promise((resolve) => server.close(resolve));
});

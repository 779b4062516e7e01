import { spawn } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";

const CLI = path.join(__dirname, "../../runner/cli/main.ts");

describe("a command that waits for storage that does not answer", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "ends at once by %s, with the exit code of an interruption",
    async (signal) => {
      let asked = () => {};
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const silent = createServer((socket) => socket.on("error", () => undefined).once("data", asked));
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const child = spawn(
        process.execPath,
        ["--import", require.resolve("tsx"), CLI, "list", "--bucket", "b", "--region", "eu-central-1"],
        {
          env: {
            PATH: process.env.PATH,
            AWS_ENDPOINT_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
            AWS_ACCESS_KEY_ID: "x",
            AWS_SECRET_ACCESS_KEY: "x",
          },
          stdio: ["ignore", "ignore", "pipe"],
        },
      );
      let stderr = "";
      child.stderr.on("data", (chunk) => (stderr += String(chunk)));
      const ended = new Promise((resolve) => child.once("close", (code, by) => resolve([code, by])));
      await Promise.race([isAsked, ended]);
      child.kill(signal);
      expect(await ended).toEqual([143, null]);
      expect(stderr.trim().split("\n").at(-1)).toBe("backup321: stopped by a signal");
      silent.close();
    },
    60_000,
  );
});

/**
 * `npm run demo`: one proven backup, end to end, on embedded parts: no AWS account, no Docker.
 *   --keep   leave everything running and print the commands to play with
 *   --stop   end a demo that was kept
 *   --port N use this port of 127.0.0.1 for the AWS stand-in instead of a free one
 */
import "./quiet";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ensureParts } from "../support/parts";
import { requireFreePort } from "../support/processes";
import { startStandin } from "../support/standin/standin";
import { makeTls } from "../support/tls";
import { DemoConsole } from "./console";
import { makeGround } from "./ground";
import { runKept, stopKept } from "./keeper";
import { PROBE_IMAGE } from "./probe";
import { attack } from "./steps/attacks";
import { startDatabase } from "./steps/database";
import { deploy } from "./steps/deploy";
import { awaitDump } from "./steps/dump";
import { drillFromReplica } from "./steps/drill";
import { injectFailures } from "./steps/failures";
import { checkFreshness } from "./steps/freshness";
import { judgeByPolicies } from "./steps/policies";
import { checkReplica } from "./steps/replication";
import { restoreFromReplica } from "./steps/restore";
import { checkRunnerRights } from "./steps/runnerRights";
import { keepHint, summary } from "./summary";
import { CLI, PRIMARY_REGION, type Servers } from "./world";

/** Undone in reverse, however the demo ends. */
const undo: (() => Promise<unknown> | void)[] = [];
let undoing: Promise<void> | undefined;

function cleanUp(): Promise<void> {
  undoing ??= (async () => {
    for (const step of undo.reverse()) {
      // Whatever does not end in time is killed, group and all, when this process exits.
      const patience = sleep(20_000, undefined, { ref: false });
      await Promise.race([Promise.resolve(step()), patience]).catch((error: Error) =>
        console.error(`demo: ${error.message}`),
      );
    }
  })();
  return undoing;
}

function onSignals(): void {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.on(signal, () => {
      process.stdout.write("\ncleaning up\n");
      void cleanUp().then(() => process.exit(code));
    });
  }
}

async function demo(out: DemoConsole, keep: boolean, port: number | undefined): Promise<void> {
  if (port !== undefined) await requireFreePort(port, "demo");
  if (!existsSync(CLI)) throw new Error("dist/ is missing; run: npm run build");
  const { pulumi } = await out.step(0, "parts", (report) => ensureParts(report.now));
  const dir = mkdtempSync(path.join(os.tmpdir(), "backup321-demo-"));
  undo.push(() => rmSync(dir, { recursive: true, force: true }));
  const tls = makeTls(path.join(dir, "tls"));

  const source = await out.step(1, "a database", (report) => startDatabase(dir, tls, report));
  undo.push(() => source.postgres.stop());

  const servers: Servers = await out.step(2, "an AWS stand-in", async (report) => {
    report.now("starting");
    const images = {
      "backup321-runner": [process.execPath, CLI],
      [PROBE_IMAGE]: [process.execPath, path.join(__dirname, "probe.js")],
    };
    const standin = await startStandin({
      dir: path.join(dir, "standin"),
      region: PRIMARY_REGION,
      tls,
      images,
      port,
      progress: report.now,
    });
    undo.push(() => standin.stop());
    const ground = await makeGround(standin, tls, source.postgres);
    return {
      value: { dir, tls, postgres: source.postgres, standin, ground },
      headline: `${standin.endpoint}, identities and policies enforced, TLS`,
      details: ["patched where it is more lenient than AWS:", ...standin.gaps.map((g) => `- ${g.name}: ${g.gap}`)],
    };
  });

  const deployed = await out.step(3, "pulumi up", (report) => deploy(servers, pulumi, report));
  undo.push(() => deployed.stack.close());
  await out.step(0, "first check: the runner's role", (report) => checkRunnerRights(servers, deployed, report));
  const verdict = await out.step(4, "the schedule fires", (report) => awaitDump(servers, deployed, report));
  const stored = await out.step(5, "replication", (report) => checkReplica(servers, deployed, verdict, report));
  await out.step(6, "freshness", (report) => checkFreshness(servers, deployed, report));
  const restored = await out.step(7, "restore from the replica", (report) =>
    restoreFromReplica(servers, deployed, source.checksums, report),
  );
  undo.push(() => restored.postgres.stop());
  await out.step(8, "a drill", (report) => drillFromReplica(servers, deployed, report));
  await out.step(9, "attacks", (report) => attack(servers, deployed, stored, report));
  await out.step(10, "policies", (report) => judgeByPolicies(servers, deployed, report));
  await out.step(11, "silent failures", (report) => injectFailures(servers, report));
  summary(out, { verdict, restoreSeconds: restored.seconds });
  if (keep) keepHint(out, servers, deployed, restored, (file, text) => writeFileSync(file, text, { mode: 0o600 }));
}

/** Arguments, or what is wrong with them. */
function readArguments(args: string[]) {
  const flag = { type: "boolean" } as const;
  const { values, tokens } = parseArgs({
    args,
    strict: false,
    tokens: true,
    options: { keep: flag, stop: flag, hold: flag, port: { type: "string" } },
  });
  const known = ["keep", "stop", "hold", "port"];
  const unknown = tokens.flatMap((t) =>
    t.kind === "positional" ? [t.value] : t.kind === "option" && !known.includes(t.name) ? [t.rawName] : [],
  );
  const port = typeof values.port === "string" ? Number(values.port) : 1;
  const badPort = values.port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536);
  const problem =
    unknown.length > 0
      ? `unknown argument ${unknown.join(" ")}`
      : badPort
        ? `--port must be a whole number from 1 to 65535, got "${String(values.port)}"`
        : undefined;
  return { values: values as { keep?: boolean; stop?: boolean; hold?: boolean; port?: string }, problem };
}

async function main(args: string[]): Promise<number> {
  const { values, problem } = readArguments(args);
  if (problem !== undefined) {
    console.error(`demo: ${problem}; it takes --keep, --stop, --port <number>`);
    return 2;
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  const out = new DemoConsole();
  if (values.stop) {
    out.say(`demo: ${await stopKept()}`);
    return 0;
  }
  if (values.keep) return runKept(__filename, values.port === undefined ? [] : ["--port", values.port]);
  const hold = values.hold === true;
  onSignals();
  try {
    out.say("backup321 demo: one proven backup, end to end. No AWS account, no Docker.\n");
    await demo(out, hold, port);
  } catch (error) {
    console.error(`\ndemo: failed: ${error instanceof Error ? error.message : String(error)}`);
    await cleanUp();
    return 1;
  }
  if (!hold) {
    await cleanUp();
    return 0;
  }
  // The servers live as long as this process; the one that started it has shown the output and goes.
  process.send?.("ready");
  process.disconnect?.();
  await new Promise(() => setInterval(() => undefined, 1 << 30));
  return 0;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));

// needs: versitygw
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { dumpKey, EXIT, manifestKey, ObjectLockMode, recoveryPointId } from "../../runner/contract";
import { encodeManifest, manifestMetadata } from "../../runner/manifest";
import { S3Repository } from "../../runner/repository/s3Repository";
import { manifestOf, pointAt } from "../runner/readFixtures";
import { type HttpReceiver, startHttpReceiver } from "../support/httpReceiver";
import { startVersitygw, type Versitygw } from "../support/versitygw";
import { bundle, type Ended, startProcess } from "./backupGround";

const BUCKET = "shop-primary";
const TOKEN = randomBytes(12).toString("hex");
const SIGNING = randomBytes(16).toString("hex");
const HOUR_MS = 3_600_000;

let dir: string;
let cli: string;
let storage: Versitygw;
let repository: S3Repository;
let receiver: HttpReceiver;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-alert-"));
  cli = bundle(dir);
  [storage, receiver] = await Promise.all([startVersitygw({ dir: path.join(dir, "storage") }), startHttpReceiver()]);
  const { endpoint, region, credentials } = storage;
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET, ObjectLockEnabledForBucket: true }));
  repository = new S3Repository({ bucket: BUCKET, region, client });
  file("hook", `${receiver.url}/hooks/${TOKEN}\n`);
  file("signing", SIGNING);
  file("ping", `${receiver.url}/ping/${TOKEN}`);
  file("gateway", `${receiver.url}/gateway/${TOKEN}`);
  file(
    "channels.json",
    JSON.stringify([{ kind: "webhook", secretFile: inDir("hook"), signingSecretFile: inDir("signing") }]),
  );
  await commitNow();
}, 900_000);
afterAll(async () => {
  repository?.close();
  await Promise.all([storage?.stop(), receiver?.close()]);
  rmSync(dir, { recursive: true, force: true });
});

const inDir = (name: string) => path.join(dir, name);
const file = (name: string, text: string) => writeFileSync(inDir(name), text);

/** A sound recovery point of the database `orders`, taken now. */
async function commitNow(): Promise<void> {
  const now = new Date();
  const at = pointAt(recoveryPointId(now, "aaaaaa"));
  const retainUntil = new Date(now.getTime() + 48 * HOUR_MS);
  const put = { lock: { mode: ObjectLockMode.Governance, retainUntil }, contentType: "application/octet-stream" };
  const data = Buffer.from("some rows");
  const { versionId } = await repository.putOnce(dumpKey(at, "database.pgdump.zst"), data, put);
  const manifest = manifestOf(at, versionId, data, data);
  manifest.lock = { mode: put.lock.mode, retainUntil: retainUntil.toISOString() };
  await repository.putOnce(manifestKey(at), encodeManifest(manifest), { ...put, metadata: manifestMetadata(manifest) });
}

/** Runs the command line; gives back its end and what the receiver got meanwhile. */
async function run(args: string[], extra: Record<string, string> = {}) {
  receiver.requests.length = 0;
  const env = {
    ...storage.env(),
    BACKUP321_BUCKET: BUCKET,
    BACKUP321_REPOSITORY: "shop",
    PATH: process.env.PATH!,
    ...extra,
  };
  const ended: Ended = await startProcess(cli, args, env).ended;
  const hooks = receiver.requests.filter(({ path }) => path.startsWith("/hooks/")).map(({ body }) => JSON.parse(body));
  const pings = receiver.requests.filter(({ path }) => path.startsWith("/ping/")).length;
  // Nothing that a person or a log sees may hold a secret.
  for (const secret of [TOKEN, SIGNING]) expect(ended.stdout + ended.stderr).not.toContain(secret);
  return { ...ended, hooks, pings };
}

const channels = () => ["--channels-file", inDir("channels.json")];
const watching = (...databases: string[]) => [
  "alert",
  ...channels(),
  "--state-file",
  inDir("state.json"),
  "--ping-url-file",
  inDir("ping"),
  "--database",
  databases.join(","),
];

describe("backup321 alert", () => {
  it("rings the switch while all is well, tells of a problem once, and of its end", async () => {
    const well = await run(watching("orders"));
    expect([well.code, well.stdout, well.hooks, well.pings]).toEqual([
      EXIT.ok,
      "1 judged, all sound; 0 new alerts\n",
      [],
      1,
    ]);
    const ill = await run(watching("orders", "bills"));
    expect([ill.code, ill.stdout, ill.pings]).toEqual([EXIT.ok, "2 judged, not all sound; 1 new alerts\n", 0]);
    expect(ill.hooks).toMatchObject([
      {
        state: "problem",
        id: "freshness/shop/bills/primary",
        title: "Database bills on the primary has problems: noRecoveryPoint",
        source: { repository: "shop", database: "bills", side: "primary" },
      },
    ]);
    expect((await run(watching("orders", "bills"))).hooks).toEqual([]);
    const end = await run(watching("orders"));
    expect([end.hooks.map(({ state, isQuiet }) => [state, isQuiet]), end.pings]).toEqual([[["recovered", true]], 1]);
  });

  it("fails when a channel can't be reached, says so without its URL, and makes up for it in the next run", async () => {
    receiver.answers.push({ status: 410, body: `gone: /hooks/${TOKEN}` });
    const { code, stderr } = await run(watching("orders", "fresh"));
    const host = new URL(receiver.url).host;
    expect([code, stderr]).toEqual([
      EXIT.undelivered,
      `alert: webhook: ${host} failed at the first attempt: answered 410: gone: [hidden]\n`,
    ]);
    const next = await run(watching("orders", "fresh"));
    expect([next.code, next.hooks.map(({ source }) => source.database)]).toEqual([EXIT.ok, ["fresh"]]);
  });

  it("sends a test to every channel, with its end for those that would keep it open", async () => {
    const { code, stdout, hooks } = await run(["alert", ...channels(), "--test"]);
    expect([code, stdout]).toEqual([EXIT.ok, "sent to webhook\n"]);
    expect(hooks.map(({ state, severity }) => [state, severity])).toEqual([
      ["problem", "info"],
      ["recovered", "info"],
    ]);
  });

  it("sends a digest whatever the state", async () => {
    const { code, hooks } = await run(["alert", ...channels(), "--digest"]);
    expect([code, hooks]).toMatchObject([EXIT.ok, [{ state: "digest", title: "All backups of shop are sound" }]]);
  });

  it("says for machines what it did, and keeps what it says for people out of it", async () => {
    const asked = async (...args: string[]) => JSON.parse((await run([...args, "--json"])).stdout);
    const names = ["webhook"];
    const nothing = { judged: null, allSound: null, newAlerts: null };
    expect(await asked("alert", ...channels(), "--test")).toEqual({ action: "test", channels: names, ...nothing });
    expect(await asked("alert", ...channels(), "--digest", "--database", "orders,none")).toEqual({
      ...{ action: "digest", channels: names, judged: 2, allSound: false, newAlerts: null },
    });
    const watched = { action: "watch", channels: names };
    expect(await asked(...watching("orders", "lost"))).toEqual({
      ...watched,
      judged: 2,
      allSound: false,
      newAlerts: 1,
    });
    expect(await asked(...watching("orders"))).toEqual({ ...watched, judged: 1, allSound: true, newAlerts: 0 });
  });

  it("fails when it is not told enough, and names all of it", async () => {
    const { code, stderr } = await run(["alert", "--side", "left", "--remind-hours", "0", "--digest", "--test"]);
    expect([code, stderr]).toEqual([
      EXIT.usage,
      'alert: 4 problems:\n  - BACKUP321_ALERT_CHANNELS is missing; set it to JSON like [{"kind":"slack","secretArn":"arn:..."}]\n' +
        '  - --remind-hours must be a whole number from 1 to 8760, got "0"\n' +
        '  - --side must be primary or replica, got "left"\n' +
        "  - --digest and --test are two things; give one\n",
    ]);
    expect((await run(["alert", ...channels()])).stderr).toBe(
      "alert: --state-file is missing; name a file that lasts between runs, so that nothing is told twice\n",
    );
  });
});

describe("backup321 status", () => {
  it("exports metrics to file, gateway and collector, and judges as ever", async () => {
    const { code } = await run(
      ["status", "--prometheus-file", inDir("b.prom"), "--pushgateway-url-file", inDir("gateway"), "--otlp"],
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    );
    expect(code).toBe(EXIT.ok);
    expect(receiver.requests.map(({ method, path }) => [method, path]).sort()).toEqual([
      ["POST", "/v1/metrics"],
      ["PUT", `/gateway/${TOKEN}/metrics/job/backup321/repository@base64/c2hvcA`],
    ]);
    const text = readFileSync(inDir("b.prom"), "utf8");
    expect(text).toContain('backup321_healthy{repository="shop",database="orders",side="primary"} 1');
    expect(receiver.requests.find(({ method }) => method === "PUT")!.body).toBe(text);
  });

  it("fails when metrics can't be exported, after its table is shown", async () => {
    const { code, stdout, stderr } = await run(["status", "--prometheus-file", inDir("b.txt")]);
    expect(code).toBe(EXIT.usage);
    expect(stdout).toContain("orders");
    expect(stderr).toBe(`metrics: ${inDir("b.txt")} does not end in .prom; the textfile collector reads no other\n`);
  });
});

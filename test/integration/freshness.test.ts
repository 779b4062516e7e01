// needs: versitygw
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { dumpKey, manifestKey, ObjectLockMode, recoveryPointId } from "../../runner/contract";
import { drillKey } from "../../runner/drillContract";
import { DOCTOR_PREFIX } from "../../runner/freshnessContract";
import type { FreshnessResult } from "../../runner/freshnessRun";
import { freshnessHandler } from "../../runner/lambda/freshnessHandler";
import { encodeManifest, manifestMetadata } from "../../runner/manifest";
import { S3Repository } from "../../runner/repository/s3Repository";
import { recordVerification, type Verification } from "../../runner/verify";
import { failureOf, manifestOf } from "../runner/readFixtures";
import { startVersitygw, type Versitygw } from "../support/versitygw";
import { CLI, TSX } from "./restoreGround";

const BUCKET = "freshness";
const DAY_MS = 86_400_000;
const PROCESSES_MS = 120_000;
const STORED = Buffer.from("stored bytes");

let dir: string;
let storage: Versitygw;
let s3: S3Client;
let repository: S3Repository;
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const lock = { mode: ObjectLockMode.Governance, retainUntil: new Date(now.getTime() + 2 * DAY_MS) };
const put = { lock, contentType: "application/json" };
const idOf = (daysAgo: number) => recoveryPointId(new Date(now.getTime() - daysAgo * DAY_MS), "aaaaaa");

/** What a run would leave, with as many rows as told. */
async function commit(database: string, daysAgo: number, rowEstimate: number): Promise<void> {
  const at = { tier: "daily", database, id: idOf(daysAgo) };
  const { versionId } = await repository.putOnce(dumpKey(at, "database.pgdump.zst"), STORED, put);
  const manifest = manifestOf(at, versionId, STORED, STORED);
  manifest.lock.retainUntil = lock.retainUntil.toISOString();
  manifest.tables[0]!.rowEstimate = rowEstimate;
  const metadata = manifestMetadata(manifest);
  await repository.putOnce(manifestKey(at), encodeManifest(manifest), { ...put, metadata });
}

const verified = (database: string): Verification => ({
  recoveryPointId: idOf(0),
  database,
  tier: "daily",
  bucket: BUCKET,
  region: "eu-central-1",
  startedAt: now.toISOString(),
  seconds: 1,
  healthy: true,
  problems: [],
  decryption: "notProven",
  comparedWith: null,
  vanishedTables: [],
  newlyExcludedTables: [],
  comparisonProblem: null,
  objects: [],
});

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "backup321-freshness-"));
  storage = await startVersitygw({ dir });
  const { endpoint, region, credentials } = storage;
  s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, ObjectLockEnabledForBucket: true }));
  repository = new S3Repository({ bucket: BUCKET, region, client: s3 });
  for (let daysAgo = 8; daysAgo >= 0; daysAgo--) {
    await commit("orders", daysAgo, 1000);
    await commit("invoices", daysAgo, daysAgo === 0 ? 499 : 1000);
  }
  await recordVerification(repository, verified("orders"));
  await recordVerification(repository, verified("invoices"));
  const passed = { ...put, metadata: { verdict: "passed" } };
  await repository.putOnce(drillKey("orders", idOf(1)), "{}", passed);
  const day = new Date(now.getTime() - DAY_MS).toISOString().slice(0, 10).replace(/-/g, "/");
  await repository.putOnce(`${DOCTOR_PREFIX}${day}/${idOf(1)}.json`, "{}", passed);
}, 900_000);
afterAll(async () => {
  s3?.destroy();
  await storage?.stop();
  if (dir) rmSync(dir, { recursive: true, force: true });
});

describe("status of a real bucket", () => {
  const status = (args: string[], timeZone = "UTC") => {
    const env = { ...storage.env(), PATH: process.env.PATH, BACKUP321_BUCKET: BUCKET, TZ: timeZone };
    return spawnSync(process.execPath, [TSX, CLI, "status", ...args], {
      env: { ...env, BACKUP321_S3_PATH_STYLE: "true" },
      encoding: "utf8",
    });
  };
  const every = ["--drill-interval-days", "7", "--doctor-interval-days", "7"];

  it.each(["Pacific/Kiritimati", "Pacific/Marquesas"])(
    "judges points, verification, drill and doctor alike in the zone %s, half a day and more from UTC",
    (timeZone) => {
      const { status: code, stdout, stderr } = status(["--database", "orders", "--json", ...every], timeZone);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      const { judgements, doctor, failures } = JSON.parse(stdout);
      expect(failures).toEqual([]);
      expect(judgements).toMatchObject([
        {
          healthy: true,
          recoveryPoint: { id: idOf(0) },
          verification: { recoveryPointId: idOf(0), healthy: true, decryption: "notProven" },
          drill: { passed: true, record: drillKey("orders", idOf(1)) },
          problems: [],
          notices: [],
        },
      ]);
      expect(judgements[0].ageMinutes).toBeLessThan(30);
      expect(doctor).toMatchObject([{ side: "primary", healthy: true, problems: [] }]);
    },
    PROCESSES_MS,
  );

  it(
    "shows problems and notices below the table and ends with 8",
    () => {
      const { status: code, stdout, stderr } = status([]);
      expect(code).toBe(8);
      expect(stdout).toMatch(/invoices +│ primary +│ 1 PROBLEM/);
      expect(stdout).toMatch(/orders +│ primary +│ healthy .*│ sealed +│ - +│/);
      expect(stdout).toContain(
        `invoices (primary): rowsDropped: ${idOf(0)} has 499 estimated rows, 50 % of the median`,
      );
      expect(stdout).toContain("orders (primary): notice: keyNotProven: ");
      expect(stderr.trim()).toBe("status: 1 of 2 unhealthy");
    },
    PROCESSES_MS,
  );

  it(
    "ends with 8 when the doctor is what is wrong",
    async () => {
      const args = ["--database", "orders", "--doctor-interval-days", "1"];
      expect(status(args).status).toBe(0);
      const day = now.toISOString().slice(0, 10).replace(/-/g, "/");
      const key = `${DOCTOR_PREFIX}${day}/${idOf(0)}.json`;
      await repository.putOnce(key, "{}", { ...put, metadata: { verdict: "failed" } });
      const { status: code, stdout, stderr } = status(args);
      expect(code).toBe(8);
      expect(stdout).toContain(`doctor (primary): doctorFailed: the doctor found something wrong, `);
      expect(stderr.trim()).toBe("status: the doctor's last run is not sound");
    },
    PROCESSES_MS,
  );
});

describe("the dead-man's switch of the handler", () => {
  const environment = { ...process.env };
  const secretArn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ping-AbCdEf";
  let server: Server;
  const pings: string[] = [];
  let answer = 200;
  beforeAll(async () => {
    server = createServer((request, response) => {
      pings.push(`${request.method} ${request.url}`);
      response.writeHead(answer).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    Object.assign(process.env, storage.env(), {
      BACKUP321_BUCKET: BUCKET,
      BACKUP321_REPOSITORY: "shop",
      BACKUP321_SIDE: "primary",
      BACKUP321_S3_PATH_STYLE: "true",
      BACKUP321_PING_SECRET_ARN: secretArn,
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/1`;
    jest.spyOn(CloudWatchClient.prototype, "send").mockImplementation((): any => Promise.resolve({}));
    jest.spyOn(SecretsManagerClient.prototype, "send").mockImplementation((command: any): any => {
      const { SecretId } = command.input;
      return SecretId === secretArn ? Promise.resolve({ SecretString: url }) : Promise.reject(new Error(SecretId));
    });
  });
  afterAll(() => {
    jest.restoreAllMocks();
    process.env = environment;
    server.closeAllConnections();
    server.close();
  });
  const check = async (...names: string[]) => {
    const databases = names.map((name) => ({ name, rpoMinutes: 1560 }));
    writeFileSync(path.join(dir, "databases.json"), JSON.stringify(databases));
    pings.length = 0;
    return freshnessHandler(dir)() as Promise<FreshnessResult>;
  };

  it("hears when every database is sound, and nothing when one is not", async () => {
    expect((await check("orders")).judgements.map(({ healthy }) => healthy)).toEqual([true]);
    expect(pings).toEqual(["GET /ping/1"]);
    expect((await check("orders", "invoices")).judgements.map(({ healthy }) => healthy)).toEqual([true, false]);
    expect(pings).toEqual([]);
  });

  it("makes the check fail without showing its URL when it is refused there", async () => {
    answer = 404;
    const { message } = await failureOf(check("orders"));
    expect(message).toMatch(/^ping: .*404/);
    expect(message).not.toContain("/ping/1");
  });
});

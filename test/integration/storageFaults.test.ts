// needs: postgres, versitygw
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { CreateBucketCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { ObjectLockMode } from "../../runner/contract";
import { S3Repository } from "../../runner/repository/s3Repository";
import { type Action, type S3Call, type S3Proxy, startS3Proxy } from "../support/s3Proxy";
import { startVersitygw, type Versitygw } from "../support/versitygw";
import { type BackupGround, contentsOf, MIB, startBackupGround } from "./backupGround";
import { expectNothingLeft, faultyBackup } from "./faultyBackup";

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(20);
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(60_000);

const PART_3 =
  "^upload: repository: upload part 3 of dumps/daily/orders/\\S+/database\\.pgdump\\.zst: %s: by order of the test \\(HTTP %d\\); %s$";
const part3 = (code: string, status: number, advice: string) =>
  new RegExp(PART_3.replace("%s", code).replace("%d", String(status)).replace("%s", advice));

describe("storage that changes its mind in the middle", () => {
  it.each<[string, number, string]>([
    ["NoSuchBucket", 404, "there is no such bucket; check its name, its region and the account"],
    ["SlowDown", 503, "storage asks for fewer requests; run again later, or with BACKUP321_MAX_MIB_PER_SECOND"],
    [
      "ExpiredToken",
      400,
      "the credentials ended before the run did; use a role, whose credentials are renewed, or longer ones",
    ],
  ])("fails when part 3 is answered with %s, and leaves nothing", async (code, status, advice) => {
    const action: Action = { status, code };
    const result = await faultyBackup(ground, { rule: ({ part }) => (part === 3 ? action : "forward") });
    expect(result.problem).toMatch(part3(code, status, advice));
    await expectNothingLeft(ground, result, 6);
  });

  it.each<[string, Action]>([
    ["a server error", { status: 500, code: "InternalError" }],
    ["a request to slow down", { status: 503, code: "SlowDown" }],
    ["a part that arrived although its answer was lost", "loseAnswer"],
  ])("goes on after %s", async (_, action) => {
    let tries = 0;
    const result = await faultyBackup(ground, {
      rule: ({ part }) => (part === 3 && (tries += 1) === 1 ? action : "forward"),
    });
    expect([result.ended.code, result.problem, tries]).toEqual([0, "", 2]);
    expect((await contentsOf(ground.s3, result.bucket)).keys).toContainEqual(expect.stringMatching(/^manifests\//));
  });
});

it("goes on where the machine's clock is an hour fast: storage's own time is taken for signatures", async () => {
  const file = path.join(ground.dir, "clock");
  writeFileSync(file, "1");
  const preload = path.join(__dirname, "../support/standin/clockPreload.js");
  const env = { NODE_OPTIONS: `--require ${preload}`, BACKUP321_CLOCK_FILE: file };
  let starts = 0;
  const result = await faultyBackup(ground, {
    env,
    rule: ({ verb, path }) => {
      if (verb === "startUpload" && path.includes("/database.")) starts += 1;
      return "forward";
    },
  });
  // The first one was refused for its time.
  expect([result.ended.code, result.problem, starts]).toEqual([0, "", 2]);
});

/** Starts an upload with these settings on storage behind its own proxy, sends part after part, and completes it. */
async function upload(
  storage: Versitygw,
  config: S3ClientConfig,
  parts: number,
  rule: S3Proxy["rule"],
): Promise<string> {
  const proxy = await startS3Proxy(storage.endpoint);
  const { region, credentials } = storage;
  const own = new S3Client({ endpoint: storage.endpoint, region, credentials, forcePathStyle: true });
  const bucket = `parts-${++buckets}`;
  await own.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  proxy.rule = rule;
  const client = new S3Client({ endpoint: proxy.endpoint, region, credentials, forcePathStyle: true, ...config });
  const repository = new S3Repository({ bucket, region, client });
  try {
    const lock = { mode: ObjectLockMode.Governance, retainUntil: new Date(Date.now() + 3_600_000) };
    const started = await repository.startUpload("dumps/x", { lock, contentType: "text/plain" });
    const bytes = Buffer.alloc(5 * MIB);
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    try {
      for (let number = 1; number <= parts; number += 1) await started.uploadPart(number, bytes, sha256);
      return (await started.complete()).key;
    } catch (error) {
      await started.abort();
      expect(await contentsOf(own, bucket)).toEqual({ keys: [], uploads: [] });
      throw error;
    }
  } finally {
    repository.close();
    own.destroy();
    await proxy.close();
  }
}
let buckets = 0;

describe("credentials that end in the middle", () => {
  let storage: Versitygw;
  beforeAll(async () => {
    storage = await startVersitygw({ dir: path.join(ground.dir, "users"), iam: true });
  });
  afterAll(() => storage?.stop());

  it("do no harm where the role is given others", async () => {
    const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "*" }];
    const users = [];
    for (const name of ["first", "second"])
      users.push(await storage.createUser(name, { Version: "2012-10-17", Statement }));
    const [first, second] = users;
    let given = first!;
    // So soon that they are asked for each time.
    const credentials = () => Promise.resolve({ ...given, expiration: new Date(Date.now() + 60_000) });
    const seen: string[] = [];
    const stored = await upload(storage, { credentials }, 3, ({ part, accessKeyId }) => {
      if (part > 0) seen.push(accessKeyId);
      if (part === 2) given = second!;
      return part === 3 && accessKeyId === first!.accessKeyId ? { status: 400, code: "ExpiredToken" } : "forward";
    });
    expect(stored).toBe("dumps/x");
    expect(seen).toEqual([first, first, second].map((user) => user!.accessKeyId));
  });
});

describe("storage that is silent", () => {
  const config = { maxAttempts: 2, requestHandler: { socketTimeout: 500 } };

  it("gets the part again", async () => {
    let tries = 0;
    const rule = ({ part }: S3Call): Action => (part === 2 && (tries += 1) === 1 ? "stall" : "forward");
    expect(await upload(ground.storage, config, 2, rule)).toBe("dumps/x");
    expect(tries).toBe(2);
  });

  it("fails when it stays silent, and leaves nothing", async () => {
    const rule = ({ part }: S3Call): Action => (part === 2 ? "stall" : "forward");
    await expect(upload(ground.storage, config, 2, rule)).rejects.toThrow(
      /^repository: upload part 2 of dumps\/x: TimeoutError: .*; check the network, the endpoint and the region$/,
    );
  });
});

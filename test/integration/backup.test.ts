// needs: postgres, versitygw
import { createHash } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { zstdDecompress } from "../runner/zstd";
import { decodeManifest, manifestMetadata, parseManifestMetadata } from "../../runner/manifest";
import { type BackupGround, contentsOf, gate, MIB, problemOf, startBackupGround, untilQuiet } from "./backupGround";
import type { Action } from "../support/s3Proxy";

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(32);
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(120_000);

const DAY_MS = 86_400_000;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function download(Bucket: string, Key: string, VersionId?: string): Promise<Uint8Array> {
  const { Body } = await ground.s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
  return Body!.transformToByteArray();
}

/** Objects of each shape, and the programs that are running while its largest one is sent. */
const SHAPES = {
  single: { objects: ["database.pgdump.zst", "globals.sql.zst"], programs: ["node", "pg_dump", "zstd"] },
  parallel: {
    objects: ["globals.sql.zst", "schema.pgdump.zst", "tables-0001.sql.zst"],
    programs: ["node", "psql", "sh", "zstd"],
  },
};

describe.each(["single", "parallel"] as const)("a backup that succeeds, %s", (shape) => {
  let bucket: string;
  let run: ReturnType<BackupGround["start"]>;
  let arguments_: string[];
  const startedAt = Date.now();
  beforeAll(async () => {
    bucket = await ground.freshBucket();
    const secondPart = gate();
    ground.proxy.rule = async ({ part }): Promise<Action> => {
      if (part === 2) await secondPart.pass();
      return "forward";
    };
    run = ground.start(["backup"], ground.env(bucket, { BACKUP321_SHAPE: shape }));
    await Promise.race([secondPart.reached, run.ended]);
    arguments_ = run.processes().map(({ args }) => args);
    secondPart.release();
    await run.ended;
  }, 120_000);

  it("exits 0 with a verdict, stores data, manifest and verification and nothing else, and leaves no process and no lock", async () => {
    const { code, stdout, stderr } = await run.ended;
    expect([code, problemOf(stderr)]).toEqual([0, ""]);
    const events = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).event);
    expect([...new Set(events)]).toEqual(["snapshot", "progress", "stored", "committed"]);
    const { objects } = SHAPES[shape];
    const verdict = JSON.parse(stdout.trim().split("\n").at(-1)!);
    const { recoveryPointId: id, ...rest } = verdict;
    expect(rest).toEqual({
      verdict: "committed",
      database: "orders",
      tier: "daily",
      shape,
      objects: objects.length,
      rawBytes: expect.any(Number),
      storedBytes: expect.any(Number),
      tables: 1,
      lockedUntil: expect.any(String),
      verified: true,
    });
    const day = id.replace(/^(\d{4})(\d{2})(\d{2}).*/, "$1/$2/$3");
    expect(await contentsOf(ground.s3, bucket)).toEqual({
      keys: [
        ...objects.map((name) => `dumps/daily/orders/${day}/${id}/${name}`),
        `manifests/daily/orders/${day}/${id}.json`,
        `verifications/orders/${day}/${id}-1.json`,
      ],
      uploads: [],
    });
    await untilQuiet(ground, run);
  });

  it("describes in the manifest and its metadata exactly the bytes that a download gives", async () => {
    const { keys } = await contentsOf(ground.s3, bucket);
    const manifestKey = keys.find((key) => key.startsWith("manifests/"))!;
    const manifest = decodeManifest(Buffer.from(await download(bucket, manifestKey)).toString(), manifestKey);
    let storedBytes = 0;
    for (const object of manifest.objects) {
      const stored = await download(bucket, object.key, object.versionId);
      const raw = await zstdDecompress(Buffer.from(stored));
      expect(object.stored).toEqual({ bytes: stored.length, sha256: sha256(stored) });
      const isCopied = object.role === "tables";
      expect(object.raw).toEqual({ bytes: raw.length, ...(isCopied ? {} : { sha256: sha256(raw) }) });
      expect(object.parts).toBe(Math.ceil(stored.length / (5 * MIB)));
      storedBytes += stored.length;
    }
    const head = await ground.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: manifestKey }));
    expect(head.Metadata).toEqual(manifestMetadata(manifest));
    expect(parseManifestMetadata(head.Metadata!)).toMatchObject({ storedBytes, tables: 1, excluded: 0 });
  });

  it("locks every object for the tier's lifetime", async () => {
    const { keys } = await contentsOf(ground.s3, bucket);
    for (const Key of keys.filter((key) => !key.startsWith("verifications/"))) {
      const head = await ground.s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
      expect([Key, head.ObjectLockMode]).toEqual([Key, "GOVERNANCE"]);
      const until = head.ObjectLockRetainUntilDate!.getTime();
      // S3 keeps whole seconds.
      expect(until).toBeGreaterThanOrEqual(startedAt + 35 * DAY_MS - 1000);
      expect(until).toBeLessThanOrEqual(Date.now() + 35 * DAY_MS);
    }
  });

  it("shows no password and no key in argument lists and logs", async () => {
    const { stdout, stderr } = await run.ended;
    const programs = new Set(arguments_.map((line) => line.split(" ")[0]!.split("/").pop()));
    expect([...programs].sort()).toEqual(SHAPES[shape].programs);
    const seen = [...arguments_, stdout, stderr].join("\n");
    expect(seen).not.toContain(ground.source.settings.password);
    expect(seen).not.toContain(ground.storage.credentials.secretAccessKey);
  });
});

describe("the verification of what was just committed", () => {
  /** Runs a backup; `atFirstRead` happens at its first request that only reads. */
  async function backup(atFirstRead: (bucket: string, manifestKey: string) => Promise<Action>, args: string[] = []) {
    const bucket = await ground.freshBucket();
    let isFirst = true;
    let manifestKey = "";
    ground.proxy.rule = ({ verb, path }) => {
      if (verb === "putObject" && path.includes("/manifests/")) manifestKey = path.slice(bucket.length + 1);
      if (verb !== "other" || !isFirst) return "forward";
      isFirst = false;
      return atFirstRead(bucket, manifestKey);
    };
    const { code, stdout, stderr } = await ground.start(["backup", ...args], ground.env(bucket)).ended;
    const verdict = JSON.parse(stdout) as Record<string, unknown>;
    return { bucket, code, verdict, problem: problemOf(stderr), isRead: !isFirst };
  }

  it("fails with a code of its own when it may not read, and tells the recovery point in the verdict", async () => {
    const { code, verdict, problem } = await backup(() => Promise.resolve({ status: 403, code: "AccessDenied" }));
    expect([code, verdict.verdict, verdict.verified]).toEqual([10, "committed", null]);
    expect(problem).toMatch(
      /^verify: \d{8}T\d{6}Z-[a-z2-7]{6} is committed, and could not be verified: .*\(HTTP 403\).*; run `backup321 verify --record` where this is mended, or give --no-verify where another role verifies$/,
    );
  });

  it("fails when something is wrong with it, and stores what", async () => {
    const { bucket, code, verdict, problem } = await backup(async (Bucket, Key) => {
      await ground.s3.send(new PutObjectCommand({ Bucket, Key, Body: "{}" }));
      return "forward";
    });
    expect([code, verdict.verdict, verdict.verified]).toEqual([8, "committed", false]);
    expect(problem).toMatch(
      /^verify: \S+ is committed, but not as it should be: 2 problems:\n {2}- second version \S+ on manifests\/daily\/orders\//,
    );
    expect((await contentsOf(ground.s3, bucket)).keys.at(-1)).toMatch(/^verifications\//);
  });

  it("is left out by --no-verify, with which nothing is ever read", async () => {
    const { code, verdict, isRead } = await backup(() => Promise.resolve("forward"), ["--no-verify"]);
    expect([code, verdict.verified, isRead]).toEqual([0, null, false]);
  });
});

describe("a second run at the same time", () => {
  it("fails as an overlap and stores nothing, while the first succeeds", async () => {
    const [bucket, other] = [await ground.freshBucket(), await ground.freshBucket()];
    const secondPart = gate();
    ground.proxy.rule = async ({ part, path }): Promise<Action> => {
      if (part === 2 && path.startsWith(`${bucket}/`)) await secondPart.pass();
      return "forward";
    };
    const first = ground.start(["backup", "--no-verify"], ground.env(bucket));
    await Promise.race([secondPart.reached, first.ended]);
    const second = await ground.start(["backup", "--no-verify"], ground.env(other)).ended;
    secondPart.release();
    const { host, port } = ground.source.settings;
    expect([second.code, second.stdout, problemOf(second.stderr)]).toEqual([
      4,
      "",
      `preflight: another backup of ${host}:${port}/shop is running (it holds advisory lock 1110651441/1); wait for it to end`,
    ]);
    expect(await contentsOf(ground.s3, other)).toEqual({ keys: [], uploads: [] });
    expect((await first.ended).code).toBe(0);
    expect((await contentsOf(ground.s3, bucket)).keys).toHaveLength(3);
  });
});

describe("a backup that can't begin", () => {
  const CHECK = "check host, port, role, password and the server's pg_hba.conf";
  const where = (port = ground.source.settings.port) => `postgres@127.0.0.1:${port}/shop (sslmode verify-ca)`;

  async function refusalOf(overrides: Record<string, string>): Promise<string> {
    const bucket = await ground.freshBucket();
    const run = ground.start(["backup"], ground.env(bucket, overrides));
    const { code, stdout, stderr } = await run.ended;
    expect([code, stdout]).toEqual([3, ""]);
    expect(await contentsOf(ground.s3, bucket)).toEqual({ keys: [], uploads: [] });
    await untilQuiet(ground, run);
    return problemOf(stderr);
  }

  it("fails when the password is wrong, without showing it", async () => {
    const wrong = "not-the-password";
    const message = await refusalOf({ PGPASSWORD: wrong });
    expect(message).toBe(
      `database connection: can't connect to ${where()}: password authentication failed for user "postgres"; ${CHECK}`,
    );
  });

  it("fails when nothing listens on the port", async () => {
    expect(await refusalOf({ PGPORT: "1" })).toBe(
      `database connection: can't connect to ${where(1)}: connect ECONNREFUSED 127.0.0.1:1; ${CHECK}`,
    );
  });

  it("fails when there is no such bucket, naming it", async () => {
    expect(await refusalOf({ BACKUP321_BUCKET: "no-such-bucket" })).toMatch(
      /^preflight: bucket no-such-bucket in eu-central-1 takes no upload: repository: start upload of dumps\/daily\/orders\/\S+: NoSuchBucket: .* \(HTTP 404\); there is no such bucket; check its name, its region and the account$/,
    );
  });

  it("fails when the bucket may not be written to", async () => {
    expect(await refusalOf({ AWS_SECRET_ACCESS_KEY: "wrong" })).toMatch(
      /^preflight: bucket orders-\d+ in eu-central-1 takes no upload: repository: start upload of \S+: SignatureDoesNotMatch: .* \(HTTP 403\); check the role's policy, /,
    );
  });
});

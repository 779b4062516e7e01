// needs: postgres, versitygw
import { type ChildProcess, spawn } from "node:child_process";
import { Transform } from "node:stream";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { manifestKey } from "../../runner/contract";
import type { S3Repository } from "../../runner/repository/s3Repository";
import type { RestoreEvent, RestoreRequest } from "../../runner/restore";
import { failureOf } from "../runner/readFixtures";
import { tableChecksums } from "../support/postgres";
import {
  backup,
  BUCKET,
  CLI,
  databases,
  type Ground,
  MeddlingRepository,
  onServer,
  pass,
  restoreInto,
  startGround,
  TSX,
} from "./restoreGround";

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
}, 900_000);
afterAll(() => ground?.stop());

function restore(
  request: Partial<RestoreRequest> & { newDatabase: string },
  { from, onEvent }: { from?: S3Repository; onEvent?: (event: RestoreEvent) => void } = {},
) {
  return restoreInto(ground, request, { ...(from && { repository: from }), ...(onEvent && { onEvent }) });
}

describe("a server that lacks roles", () => {
  it("fails when any is missing, naming all of them, before anything is made", async () => {
    const before = await databases(ground);
    const error = await failureOf(restore({ newDatabase: "copy" }));
    expect(error.exit).toBe("preflight");
    const lines = error.message.split("\n");
    expect(lines.pop()).toMatch(
      /^ {2}- the recovery point has the roles and tablespaces of its server in its globals; look through them, and apply them: aws s3api get-object --region \S+ --bucket orders-primary --key \S+\/globals\.sql\.zst --version-id \S+ globals\.sql\.zst && zstd .* && psql --no-psqlrc --dbname=postgres --file=globals\.sql$/,
    );
    expect(lines.join("\n")).toBe(
      [
        "restore preflight: 4 problems:",
        '  - owners that the server lacks: shop owner; run CREATE ROLE "shop owner", or restore with --no-owner',
        '  - roles with privileges that the server lacks: reader; run CREATE ROLE "reader", or restore with --no-acl',
        '  - roles in row security policies or user mappings that the server lacks: auditor; run CREATE ROLE "auditor"',
      ].join("\n"),
    );
    expect(await databases(ground)).toEqual(before);
  });

  it("takes the point without owners and privileges", async () => {
    await onServer(ground.target, "CREATE ROLE auditor");
    await restore({ newDatabase: "anonymous", noOwner: true, noAcl: true });
    expect(await tableChecksums({ ...ground.target.settings, database: "anonymous" })).toEqual(
      await tableChecksums(ground.source.settings),
    );
  });
});

describe("a server that has what the point needs", () => {
  beforeAll(() => onServer(ground.target, 'CREATE ROLE "shop owner"; CREATE ROLE reader'));

  it("gets every row, owner and privilege, statistics, and the figures of the restore", async () => {
    const events: string[] = [];
    const result = await restore({ newDatabase: "copy" }, { onEvent: ({ event }) => events.push(event) });
    const copy = { ...ground.target.settings, database: "copy" };
    expect(await tableChecksums(copy)).toEqual(await tableChecksums(ground.source.settings));
    const { rows } = await onServer(
      ground.target,
      `SELECT pg_get_userbyid(relowner) AS owner, relacl::text AS acl, reltuples > 0 AS analyzed
       FROM pg_class WHERE oid = 'public.customers'::regclass`,
      "copy",
    );
    expect(rows).toEqual([
      {
        owner: "shop owner",
        acl: '{"\\"shop owner\\"=arwdDxt/\\"shop owner\\"","reader=r/\\"shop owner\\""}',
        analyzed: true,
      },
    ]);
    expect(result).toMatchObject({
      recoveryPointId: ground.shop.id,
      tier: "daily",
      bucket: BUCKET,
      database: "copy",
      tampering: [],
    });
    expect(result.tables).toBeGreaterThan(5);
    expect([...new Set(events)]).toEqual(["preflight", "started", "progress", "analyzing", "renamed"]);
    expect((await databases(ground)).filter((name) => name.includes("__restoring_"))).toEqual([]);
  });

  it("fails when the name is taken", async () => {
    const error = await failureOf(restore({ newDatabase: "copy" }));
    expect(error.message).toBe(
      'restore preflight: database "copy" exists already; choose another name, or replace it with --replace',
    );
  });

  it("fails when the name is taken while it restores, leaves the other database alone, and keeps what it restored", async () => {
    const before = await databases(ground);
    const from = new MeddlingRepository({ bucket: BUCKET, region: ground.storage.region, client: ground.s3 });
    from.meddle = async (read) => {
      if (read === 2) await onServer(ground.target, "CREATE DATABASE raced");
      return pass();
    };
    const error = await failureOf(restore({ newDatabase: "raced" }, { from }));
    expect(error.message).toMatch(
      /^restore: everything is restored into "raced__restoring_[a-z2-7]{6}", which could not get its name: database "raced" already exists; it stays, so finish it by hand: COMMENT ON DATABASE "raced__restoring_[a-z2-7]{6}" IS NULL; ALTER DATABASE "raced__restoring_[a-z2-7]{6}" RENAME TO "raced"$/,
    );
    const kept = /"(raced__restoring_.{6})"/.exec(error.message)![1]!;
    const { rows } = await onServer(
      ground.target,
      `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = '${kept}'`,
    );
    expect(rows).toEqual([{ comment: `backup321: complete restore of ${ground.shop.id}` }]);
    expect(await databases(ground)).toEqual([...before, "raced", kept].sort());
    expect(await tableChecksums({ ...ground.target.settings, database: kept })).toEqual(
      await tableChecksums(ground.source.settings),
    );
    await onServer(ground.target, `DROP DATABASE ${kept}`);
  });

  it.each<[string, () => Transform, RegExp]>([
    [
      "a stored byte is damaged",
      () => {
        let seen = 0;
        return new Transform({
          transform(chunk: Buffer, _, done) {
            const damaged = Buffer.from(chunk);
            if (seen <= 20_000 && seen + damaged.length > 20_000) damaged[20_000 - seen]! ^= 1;
            seen += damaged.length;
            done(null, damaged);
          },
        });
      },
      /^(decompress: zstd exited with code 1|digest: .* the object is damaged)/,
    ],
    [
      "bytes follow that the manifest does not know",
      () =>
        new Transform({
          transform: (chunk, _, done) => done(null, chunk),
          flush(done) {
            this.push(Buffer.from("28b52ffd2000010000", "hex")); // a valid empty zstd frame
            done();
          },
        }),
      /^digest: .*: stored bytes are \d+ bytes with SHA-256 [0-9a-f]{64}, the manifest says/,
    ],
  ])("fails when %s, and leaves no database", async (_, meddle, message) => {
    const before = await databases(ground);
    const from = new MeddlingRepository({ bucket: BUCKET, region: ground.storage.region, client: ground.s3 });
    // The first read is preflight's look at the table of contents.
    from.meddle = (read) => (read === 1 ? pass() : meddle());
    const error = await failureOf(restore({ newDatabase: "broken" }, { from }));
    expect(error.message).toMatch(message);
    expect(error.exit).toBe("restore");
    expect(await databases(ground)).toEqual(before);
  });

  it("is not harmed by overwritten keys and delete markers, and says that it saw them", async () => {
    const point = await backup(ground, "tampered", "shop");
    const manifest = manifestKey(point);
    const data = `dumps/daily/tampered/${manifest.split("/").slice(3, 6).join("/")}/${point.id}/database.pgdump.zst`;
    await ground.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: data, Body: "forged" }));
    await ground.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: manifest, Body: "forged" }));
    await ground.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: data }));
    const result = await restore({ newDatabase: "survivor", point });
    expect(await tableChecksums({ ...ground.target.settings, database: "survivor" })).toEqual(
      await tableChecksums(ground.source.settings),
    );
    expect(result.tampering).toEqual([expect.stringMatching(/^second version .* on manifests\/daily\/tampered\//)]);
  });
});

describe("SIGTERM in the middle of a restore", () => {
  it("ends it with its exit code and drops the temporary database", async () => {
    await onServer(ground.source, "CREATE DATABASE slow");
    // Restoring the view's contents sleeps as long as the restored table says.
    await onServer(
      ground.source,
      `CREATE TABLE naps (seconds float); INSERT INTO naps VALUES (0);
       CREATE FUNCTION nap() RETURNS text LANGUAGE sql AS 'SELECT pg_sleep(seconds)::text FROM public.naps';
       CREATE MATERIALIZED VIEW rested AS SELECT nap(); UPDATE naps SET seconds = 600;
       -- Comes before the view's contents, and no database can be dropped that has one.
       CREATE SUBSCRIPTION a_feed CONNECTION 'host=nowhere.invalid' PUBLICATION orders WITH (connect = false)`,
      "slow",
    );
    await backup(ground, "slow", "slow");
    const before = await databases(ground);
    const args = [TSX, CLI, "restore", "slow_copy", "--database", "slow", "--bucket", BUCKET];
    const env = { ...ground.storage.env(), ...ground.target.env, PGDATABASE: "postgres", PATH: process.env.PATH };
    const child: ChildProcess = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    const sleeping = new Promise<void>((resolve) => {
      child.stderr!.on("data", (chunk) => {
        stderr += String(chunk);
        if (stderr.includes("restoring into the temporary database")) resolve();
      });
    });
    const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await Promise.race([sleeping, exit]);
    for (let napping = false; !napping && child.exitCode === null;) {
      const { rows } = await onServer(ground.target, "SELECT FROM pg_stat_activity WHERE query LIKE 'REFRESH%'");
      napping = rows.length > 0;
    }
    expect((await databases(ground)).filter((name) => /^slow_copy__restoring_[a-z2-7]{6}$/.test(name))).toHaveLength(1);
    child.kill("SIGTERM");
    expect(await exit).toBe(143);
    expect(stderr.trim().split("\n").at(-1)).toBe("read: stopped by a signal");
    expect(await databases(ground)).toEqual(before);
  }, 120_000);
});

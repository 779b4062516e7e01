/** Physical peers: copies of the cluster's files, whole, restorable only as a cluster of the same major version. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { freePort, run, start } from "../../test/support/processes";
import { ensureVersitygw } from "../../test/support/versitygw";
import type { Ground } from "../shared/ground";
import type { Peer } from "../shared/peers";
import type { Contender, Round } from "./contender";

/** An endpoint by TLS over the same files: pgBackRest speaks to nothing else. */
export interface TlsStorage {
  port: number;
  stop: () => Promise<void>;
}

/** Starts a second server over the storage of `ground`, with the ground's certificate. */
export async function startTlsStorage(ground: Ground): Promise<TlsStorage> {
  const port = await freePort();
  const folder = (name: string) => join(ground.dir, "storage", name);
  const { accessKeyId, secretAccessKey } = ground.storage.credentials;
  const program = await ensureVersitygw();
  const { stop } = await start({
    name: "versitygw by TLS",
    command: program,
    args: [
      ...[
        "--region",
        ground.storage.region,
        "--port",
        `127.0.0.1:${port}`,
        "--health",
        "/health",
        "--keep-alive",
        "--quiet",
      ],
      ...["--cert", ground.tls.certFile, "--key", ground.tls.keyFile],
      ...["posix", "--versioning-dir", folder("versions"), folder("data")],
    ],
    env: { PATH: process.env.PATH, ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
    logFile: join(ground.dir, "storage", "versitygw-tls.log"),
    ready: async () => {
      const ask = ["--silent", "--fail", "--cacert", ground.tls.caFile, `https://127.0.0.1:${port}/health`];
      return Promise.resolve(run("versitygw", "curl", ask) !== undefined);
    },
  });
  return { port, stop };
}

/** Every option of pgBackRest by the environment, so that the keys are in no file. */
function pgbackrestEnv({ ground, bucket, work }: Round, tls: TlsStorage): Record<string, string> {
  const { settings } = ground.source;
  const { accessKeyId, secretAccessKey } = ground.storage.credentials;
  const options = {
    stanza: "bench",
    "pg1-path": ground.dataDir,
    "pg1-port": String(settings.port),
    "pg1-socket-path": ground.socketDir,
    "pg1-user": settings.user,
    "repo1-type": "s3",
    "repo1-path": "/pgbackrest",
    "repo1-s3-bucket": bucket,
    "repo1-s3-endpoint": "localhost",
    "repo1-s3-region": ground.storage.region,
    "repo1-s3-uri-style": "path",
    "repo1-s3-key": accessKeyId,
    "repo1-s3-key-secret": secretAccessKey,
    "repo1-storage-host": "localhost",
    "repo1-storage-port": String(tls.port),
    "repo1-storage-ca-file": ground.tls.caFile,
    "repo1-retention-full": "9",
    "process-max": "2",
    "compress-type": "zst",
    "compress-level": "3",
    "start-fast": "y",
    "archive-check": "n",
    "log-level-file": "off",
    "log-level-console": "error",
    "lock-path": join(work, "lock"),
    "spool-path": join(work, "spool"),
    "log-path": join(work, "log"),
  };
  const name = (option: string) => `PGBACKREST_${option.toUpperCase().replaceAll("-", "_")}`;
  return Object.fromEntries(Object.entries(options).map(([option, value]) => [name(option), value]));
}

function pgbackrest(peer: Peer, tls: TlsStorage | undefined): Contender {
  const program = "program" in peer ? peer.program : peer.name;
  const missing = "reason" in peer ? { missing: peer.reason } : {};
  return {
    key: "pgbackrest",
    label: "physical: pgBackRest full, zst -3, 2 processes, S3 by TLS",
    isStored: true,
    ...missing,
    // A stanza is made once in a repository's life.
    prepare: (round) => {
      for (const folder of ["lock", "spool", "log"]) mkdirSync(join(round.work, folder));
      const env = { ...round.ground.env, ...pgbackrestEnv(round, tls!) };
      run("pgbackrest", program, ["stanza-create"], { env });
    },
    env: (round) => pgbackrestEnv(round, tls!),
    script: () => `${program} backup --type=full`,
  };
}

function barman(peer: Peer, compression: string, rounds?: number): Contender {
  return {
    key: `barman-${compression}`,
    label: `physical: barman-cloud-backup, ${compression}`,
    isStored: true,
    ...(rounds === undefined ? {} : { rounds }),
    ...("reason" in peer ? { missing: peer.reason } : {}),
    env: ({ ground }) => ({
      PGDATABASE: "postgres",
      TMPDIR: ground.dir,
    }),
    script: () =>
      `${"program" in peer ? peer.program : ""} --endpoint-url "$AWS_ENDPOINT_URL" --immediate-checkpoint --jobs 2 --${compression} "s3://$BUCKET/barman" bench`,
  };
}

/** pgBackRest and barman, with the compressions that they offer; gzip takes minutes, so it runs once. */
export function physicalContenders(
  peers: Record<"pgbackrest" | "barman", Peer>,
  tls: TlsStorage | undefined,
): Contender[] {
  return [
    pgbackrest(peers.pgbackrest, tls),
    barman(peers.barman, "lz4"),
    barman(peers.barman, "snappy"),
    barman(peers.barman, "gzip", 1),
  ];
}

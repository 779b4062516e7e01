/** The limits, ours, and every pipe and folder of stock tools. */
import { join } from "node:path";
import { ENV } from "../../runner/contract";
import { CLI, NODE } from "../shared/ground";
import type { Peer } from "../shared/peers";
import type { Contender, Round } from "./contender";

/** Both limits of the product's shapes. */
export const SINGLE_LIMIT = "limit-single";
export const PARALLEL_LIMIT = "limit-parallel";
export const YARDSTICK = "yardstick";
export const UPLOAD_FILE = "upload.zst";
const PLAIN_DUMP = "pg_dump --format=custom --compress=0";
const ZSTD = "zstd -3 -T0 --quiet";

const KEY = "database.dump";

/** Two programs at once; both must end well. */
const both = (commands: readonly string[]): string =>
  [...commands.map((command, i) => `( ${command} ) & pid${i}=$!`), ...commands.map((_, i) => `wait "$pid${i}"`)].join(
    "\n",
  );

/** SQL for two workers, balanced by size: the largest table first, each to whoever has less. */
function copyScripts(tables: readonly { name: string; bytes: number }[]): [string, string] {
  const workers = [
    { bytes: 0, sql: "" },
    { bytes: 0, sql: "" },
  ];
  for (const { name, bytes } of tables) {
    const least = workers[0]!.bytes <= workers[1]!.bytes ? workers[0]! : workers[1]!;
    least.bytes += bytes;
    least.sql += `COPY ${name} TO STDOUT;`;
  }
  return [workers[0]!.sql, workers[1]!.sql];
}

function limits(tables: readonly { name: string; bytes: number }[], s5cmd: Peer): Contender[] {
  const copies = copyScripts(tables).map((sql) => `psql --no-psqlrc --quiet --command='${sql}'`);
  const isStored = false;
  return [
    {
      key: YARDSTICK,
      label: "*yardstick*: `pg_dump -Fc -Z0` to nowhere",
      isStored,
      script: () => `${PLAIN_DUMP} >/dev/null`,
    },
    {
      key: SINGLE_LIMIT,
      label: "limit, one stream: `pg_dump -Fc -Z0 | zstd -3 -T0` to nowhere",
      isStored,
      script: () => `${PLAIN_DUMP} | ${ZSTD} >/dev/null`,
    },
    {
      key: "limit-copy",
      label: "limit, parallel: COPY of all tables by 2 workers, to nowhere",
      isStored,
      script: () => both(copies.map((copy) => `${copy} >/dev/null`)),
    },
    {
      key: PARALLEL_LIMIT,
      label: "**limit, parallel + `zstd -3`**, to nowhere",
      isStored,
      script: () => both(copies.map((copy) => `${copy} | zstd -3 --quiet >/dev/null`)),
    },
    {
      key: "upload",
      label: "upload alone, of what the single stream stores (s5cmd)",
      isStored: true,
      ...("reason" in s5cmd ? { missing: s5cmd.reason } : {}),
      script: ({ ground }) => s5cmdRun(s5cmd, `cp ${join(ground.dir, UPLOAD_FILE)} "s3://$BUCKET/${KEY}"`),
    },
  ];
}

const s5cmdRun = (peer: Peer, command: string): string =>
  `${program(peer)} --endpoint-url "$AWS_ENDPOINT_URL" --log error ${command}`;

/** Where a program is; of one that can't be had nothing runs. */
const program = (peer: Peer): string => ("program" in peer ? peer.program : peer.name);

/** rclone takes its remote from the environment; it knows nothing of AWS_ENDPOINT_URL. */
const rcloneEnv = ({ ground }: Round): Record<string, string> => ({
  RCLONE_CONFIG: "/dev/null",
  RCLONE_S3_PROVIDER: "Other",
  RCLONE_S3_ENV_AUTH: "true",
  RCLONE_S3_ENDPOINT: ground.storage.endpoint,
  RCLONE_S3_REGION: ground.storage.region,
  RCLONE_S3_NO_CHECK_BUCKET: "true",
});

/** The last line of stdout is the verdict; a point of another shape would be measured for what it is not. */
function checkVerdict(stdout: string, shape: string): void {
  const verdict = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { verdict?: string; shape?: string };
  if (verdict.verdict === "committed" && verdict.shape === shape) return;
  throw new Error(`the verdict is ${JSON.stringify(verdict)}, wanted is a committed point of the shape ${shape}`);
}

const ours = (shape: string, label: string, limit: string, settings: Record<string, string>): Contender => ({
  key: shape,
  label,
  limit,
  isStored: true,
  hasLock: true,
  script: () => `"${NODE}" "${CLI}" backup --no-verify`,
  env: ({ ground, bucket }) => ground.runnerEnv(bucket, { [ENV.shape]: shape, ...settings }),
  check: ({ stdout }) => checkVerdict(stdout, shape),
});

function pipes(peers: Record<"aws" | "s5cmd" | "rclone", Peer>): Contender[] {
  const { aws, s5cmd, rclone } = peers;
  const missing = (peer: Peer) => ("reason" in peer ? { missing: peer.reason } : {});
  const toAws = `${program(aws)} s3 cp --only-show-errors - "s3://$BUCKET/${KEY}"`;
  const toS5cmd = s5cmdRun(s5cmd, `pipe "s3://$BUCKET/${KEY}"`);
  const toRclone = `${program(rclone)} rcat ":s3:$BUCKET/${KEY}"`;
  const folderUp = s5cmdRun(s5cmd, `cp "$WORK/dump/" "s3://$BUCKET/dump/"`);
  const pipe = (key: string, label: string, peer: Peer, script: string): Contender => ({
    key,
    label,
    limit: SINGLE_LIMIT,
    isStored: true,
    script: () => script,
    ...missing(peer),
    ...(peer === rclone ? { env: rcloneEnv } : {}),
  });
  return [
    pipe("aws-gzip", "`pg_dump -Fc | aws s3 cp -`", aws, `pg_dump --format=custom | ${toAws}`),
    pipe("aws-zstd", "`pg_dump -Fc -Z0 | zstd -3 -T0 | aws s3 cp -`", aws, `${PLAIN_DUMP} | ${ZSTD} | ${toAws}`),
    pipe("s5cmd-zstd", "the same `| s5cmd pipe`", s5cmd, `${PLAIN_DUMP} | ${ZSTD} | ${toS5cmd}`),
    pipe("rclone-zstd", "the same `| rclone rcat`", rclone, `${PLAIN_DUMP} | ${ZSTD} | ${toRclone}`),
    {
      ...pipe("folder-gzip", "`pg_dump -Fd -j2` (gzip) to disk, then s5cmd", s5cmd, ""),
      limit: PARALLEL_LIMIT,
      script: () => `pg_dump --format=directory --jobs=2 --file="$WORK/dump"\n${folderUp}`,
    },
    {
      ...pipe("folder-zstd", "`pg_dump -Fd -j2 -Z0` + `zstd -3` per file on disk, then s5cmd", s5cmd, ""),
      limit: PARALLEL_LIMIT,
      script: () =>
        [
          `pg_dump --format=directory --jobs=2 --compress=0 --file="$WORK/dump"`,
          `find "$WORK/dump" -name '*.dat' -print0 | xargs -0 -P2 -n1 ${ZSTD} --rm`,
          folderUp,
        ].join("\n"),
    },
  ];
}

/** Everything but the physical peers. */
export function logicalContenders(
  tables: readonly { name: string; bytes: number }[],
  peers: Record<"aws" | "s5cmd" | "rclone", Peer>,
): Contender[] {
  return [
    ...limits(tables, peers.s5cmd),
    ours("single", "**ours, single stream**", SINGLE_LIMIT, {}),
    ours("parallel", "**ours, parallel, 2 workers**", PARALLEL_LIMIT, { [ENV.workers]: "2" }),
    ...pipes(peers),
  ];
}

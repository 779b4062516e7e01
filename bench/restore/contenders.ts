/** Ways to make a database again out of what is stored. */
import { join } from "node:path";
import { ENV } from "../../runner/contract";
import { run } from "../../test/support/processes";
import { CLI, NODE, type Ground } from "../shared/ground";
import type { Peer } from "../shared/peers";

export const PLAIN_FILE = "plain.dump";
export const LIMIT = "limit-2";

/** Where the points and dumps are. */
export interface Stored {
  /** Buckets of our points. */
  single: string;
  parallel: string;
  /** Bucket of the peers' dumps: `gzip.dump` and `zstd.dump`. */
  peers: string;
}

export interface Contender {
  key: string;
  label: string;
  missing?: string;
  /** Lines for bash; they make the database "$TARGET". */
  script: string;
  env?: Record<string, string>;
  /** Ours: stdout is the result as JSON. */
  isOurs?: boolean;
}

const ours = `"${NODE}" "${CLI}"`;

/** Makes one point in each shape, and the dumps that peers restore. */
export async function storeAll(ground: Ground, aws: Peer): Promise<Stored> {
  const [single, parallel, peers] = [
    await ground.freshBucket(true),
    await ground.freshBucket(true),
    await ground.freshBucket(),
  ];
  const bash = (script: string, env: Record<string, string>) =>
    run("bench", "bash", ["-c", `set -euo pipefail\n${script}`], { env: { ...env, DIR: ground.dir } });
  bash(`${ours} backup --no-verify`, ground.runnerEnv(single, { [ENV.shape]: "single" }));
  bash(`${ours} backup --no-verify`, ground.runnerEnv(parallel, { [ENV.shape]: "parallel", [ENV.workers]: "2" }));
  const up = (name: string) =>
    "program" in aws ? `${aws.program} s3 cp --only-show-errors - "s3://${peers}/${name}"` : "cat >/dev/null";
  bash(
    `pg_dump --format=custom --compress=0 --file="$DIR/${PLAIN_FILE}"
     zstd -3 -T0 --quiet --stdout "$DIR/${PLAIN_FILE}" | ${up("zstd.dump")}
     pg_dump --format=custom | ${up("gzip.dump")}`,
    ground.env,
  );
  return { single, parallel, peers };
}

/** Every way, the limits first. */
export function restoreContenders(ground: Ground, stored: Stored, aws: Peer): Contender[] {
  const file = join(ground.dir, PLAIN_FILE);
  const target = 'createdb "$TARGET"';
  const into = 'pg_restore --exit-on-error --dbname="$TARGET"';
  const program = "program" in aws ? aws.program : "aws";
  const fetch = (name: string, to: string) =>
    `${program} s3 cp --only-show-errors "s3://${stored.peers}/${name}" ${to}`;
  const peer = (key: string, label: string, script: string): Contender => ({
    key,
    label,
    script: `${target}\n${script}`,
    ...("reason" in aws ? { missing: aws.reason } : {}),
  });
  const mine = (key: string, label: string, bucket: string): Contender => ({
    key,
    label,
    isOurs: true,
    script: `${ours} restore "$TARGET" --database bench --json`,
    env: ground.runnerEnv(bucket, { PGDATABASE: "postgres", [ENV.workers]: "2" }),
  });
  return [
    {
      key: LIMIT,
      label: "limit: `pg_restore -j2` from a local plain file",
      script: `${target}\n${into} --jobs=2 "${file}"`,
    },
    {
      key: "limit-1",
      label: "limit: `pg_restore -j1` from a local plain file",
      script: `${target}\n${into} "${file}"`,
    },
    mine("single", "**ours, single stream**", stored.single),
    mine("parallel", "**ours, parallel, 2 workers**", stored.parallel),
    peer("aws-gzip", "`aws s3 cp - | pg_restore`", `${fetch("gzip.dump", "-")} | ${into}`),
    peer("aws-zstd", "`aws s3 cp - | zstd -d | pg_restore`", `${fetch("zstd.dump", "-")} | zstd -d --quiet | ${into}`),
    peer(
      "download-gzip",
      "download (gzip), then `pg_restore -j2`",
      `${fetch("gzip.dump", '"$WORK/d"')}\n${into} --jobs=2 "$WORK/d"`,
    ),
    peer(
      "download-zstd",
      "download (zstd), `zstd -d`, then `pg_restore -j2`",
      `${fetch("zstd.dump", '"$WORK/d.zst"')}\nzstd -d --quiet --rm "$WORK/d.zst"\n${into} --jobs=2 "$WORK/d"`,
    ),
  ];
}

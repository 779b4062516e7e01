/** One check in a process of its own, told by its argument what of, printing what it took. Bundled by the bench, as the function is. */
import { checkSide } from "../../runner/freshnessCheck";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { createS3Client } from "../../runner/repository/s3Client";
import { S3Repository } from "../../runner/repository/s3Repository";
import type { Repository } from "../../runner/repository/repository";
import { namesOf, store } from "./history";

/** What to check. */
export interface CheckOrder {
  /** Absent: a repository in memory, filled first. */
  bucket?: string;
  databases: number;
  points: number;
  minutesBetween: number;
  /** ISO 8601. */
  newest: string;
}

/** What it took. */
export interface CheckCost {
  /** Requests to storage, pages of listings counted each. */
  calls: Record<string, number>;
  seconds: number;
  /** Of the whole process, in MiB; a repository in memory included. */
  peakMiB: number;
  /** What the check left on the heap, its result, in MiB. */
  keptMiB: number;
  healthy: number;
}

const heapMiB = (): number => {
  globalThis.gc!();
  return process.memoryUsage().heapUsed / 1024 ** 2;
};

/** Counts calls of the interface; in memory each is one, whatever it returns. */
function counted(repository: Repository, calls: Record<string, number>): Repository {
  return new Proxy(repository, {
    get: (target, verb: keyof Repository) => {
      const value: unknown = Reflect.get(target, verb);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        calls[verb] = (calls[verb] ?? 0) + 1;
        return Reflect.apply(value, target, args);
      };
    },
  });
}

async function inMemory(order: CheckOrder, calls: Record<string, number>): Promise<Repository> {
  let now = new Date(order.newest);
  const repository = new MemoryRepository({ now: () => now });
  await store({ ...order, databases: namesOf(order.databases), newest: now }, (key, body, options) => {
    // The newest was stored a minute after it was taken; who looks asks for no other's time.
    now = new Date(new Date(order.newest).getTime() + 60_000);
    repository.addVersion(key, body, options);
    return Promise.resolve();
  });
  return counted(repository, calls);
}

function inBucket(bucket: string, calls: Record<string, number>): Repository {
  const region = process.env.AWS_REGION!;
  const client = createS3Client({ region });
  client.middlewareStack.add(
    (next, context) => (args) => {
      const verb = String(context.commandName).replace(/Command$/, "");
      calls[verb] = (calls[verb] ?? 0) + 1;
      return next(args);
    },
    { step: "finalizeRequest", name: "count" },
  );
  return new S3Repository({ bucket, region, client });
}

async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2]!) as CheckOrder;
  const calls: Record<string, number> = {};
  const repository = order.bucket === undefined ? await inMemory(order, calls) : inBucket(order.bucket, calls);
  const databases = namesOf(order.databases).map((name) => ({ name, rpoMinutes: order.minutesBetween + 120 }));
  const limits = { timeoutMinutes: 240, replicationGraceMinutes: 60 };
  // The first listing sorts what is in memory, which is no part of a check.
  if (order.bucket === undefined) await repository.listFolders("drills/");
  for (const verb of Object.keys(calls)) delete calls[verb];
  const before = heapMiB();
  const start = process.hrtime.bigint();
  const now = new Date(new Date(order.newest).getTime() + 30 * 60_000);
  const { judgements, failures } = await checkSide(
    repository,
    { side: "primary", databases, tiers: ["daily"], limits },
    now,
  );
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const keptMiB = heapMiB() - before;
  if (failures.length > 0) throw new Error(`bench: ${failures[0]!.database}: ${failures[0]!.message}`);
  const ill = judgements.find(({ healthy }) => !healthy);
  if (ill) throw new Error(`bench: ${ill.database}: ${ill.problems.map(({ message }) => message).join("; ")}`);
  const cost: CheckCost = {
    calls: { ...calls },
    seconds,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    keptMiB,
    healthy: judgements.length,
  };
  repository.close();
  process.stdout.write(JSON.stringify(cost));
}

void main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

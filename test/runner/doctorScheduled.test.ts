import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import type { CheckResult } from "../../runner/doctor/check";
import { examination } from "../../runner/doctor/examination";
import { ESSENTIAL_CHECKS } from "../../runner/doctor/record";
import { runScheduledDoctor, scheduledDoctor, type ScheduledResult } from "../../runner/doctor/scheduledRun";
import type { DoctorFile } from "../../runner/doctorContract";
import { doctorHandler } from "../../runner/lambda/doctorHandler";
import { MemoryRepository } from "../../runner/repository/memoryRepository";
import { awsError, clientsOf, doctorContext, GOOD, PRIMARY, REPLICA, STACK } from "./doctorFixtures";

const PLACES = {
  primaryBucketName: PRIMARY,
  primaryRegion: "eu-central-1",
  replicaBucketName: REPLICA,
  replicaRegion: "eu-west-1",
};
const WHY = "nobody here can know it";
const FILE: DoctorFile = {
  stack: { ...STACK, ...PLACES },
  unseen: [{ id: "alarm", subject: "its own alarm", why: WHY }],
};
const START = new Date("2026-11-20T05:00:00Z");
const BY = "arn:aws:lambda:eu-central-1:123456789012:function:doctor";

/** A run in a good set-up; what it recorded. */
async function run(options: { answers?: typeof GOOD; results?: CheckResult[]; repository?: MemoryRepository } = {}) {
  const { answers = {}, results } = options;
  const repository = options.repository ?? new MemoryRepository({ now: () => START });
  const logged: ScheduledResult[] = [];
  let ticks = 0;
  const result = await runScheduledDoctor(
    {
      examine: async (context) =>
        results ?? examination({ ...context, clients: () => clientsOf({ ...GOOD, ...answers }) }),
      repository,
      clock: () => new Date(START.getTime() + 60_000 * ticks++),
      random: (length) => "a".repeat(length),
      log: (one) => void logged.push(one),
    },
    scheduledDoctor(JSON.stringify(FILE)),
    BY,
  );
  return { result, repository, logged };
}

/** Text and metadata of a record. */
async function recordOf(repository: MemoryRepository, key: string) {
  const head = await repository.head(key);
  const data = await buffer(await repository.read(key));
  return { metadata: head.metadata, record: JSON.parse(data.toString()) };
}

describe("an examination without anybody", () => {
  it("records what it saw and what it can't, once, and says so", async () => {
    const { result, repository, logged } = await run();
    const key = "drills/_doctor/2026/11/20/20261120T050000Z-aaaaaa.json";
    const { metadata, record } = await recordOf(repository, key);
    const seen = (await examination(doctorContext())).length;
    expect(result).toEqual({ verdict: "passed", record: key, ok: seen, findings: 0, notChecked: 1, problems: [] });
    expect(logged).toEqual([result]);
    expect(record).toMatchObject({
      ...{
        formatVersion: 1,
        id: "20261120T050000Z-aaaaaa",
        verdict: "passed",
        attacked: false,
        uncheckedAllowed: true,
      },
      ...{ startedAt: "2026-11-20T05:00:00.000Z", finishedAt: "2026-11-20T05:01:00.000Z", ranBy: BY },
    });
    expect(record.results.at(-1)).toEqual({ id: "alarm", subject: "its own alarm", status: "notChecked", detail: WHY });
    expect(metadata).toMatchObject({ verdict: "passed", unchecked: "1", finishedat: "2026-11-20T05:01:00.000Z" });
  });

  it("fails in its record, and not by itself, when something is wrong", async () => {
    const { result, repository } = await run({ answers: { GetBucketVersioning: () => ({ Status: "Suspended" }) } });
    expect(result).toMatchObject({ verdict: "failed", findings: 2, notChecked: 1 });
    expect(result.problems).toEqual([expect.stringMatching(/^2 of \d+ checks are not as they should be$/)]);
    expect((await recordOf(repository, result.record)).metadata["verdict"]).toBe("failed");
  });

  it("fails in its record when it could look at nothing of what matters most, whatever is let pass", async () => {
    const denied = () => {
      throw awsError("AccessDenied", 403);
    };
    const { result } = await run({ answers: Object.fromEntries(Object.keys(GOOD).map((name) => [name, denied])) });
    expect([result.verdict, result.ok, result.findings]).toEqual(["failed", 0, 0]);
    expect(result.problems.join()).toContain(ESSENTIAL_CHECKS.join(", "));
  });

  it("fails when its record can't be stored, and says nothing of health", async () => {
    const { result, repository } = await run();
    await expect(run({ repository })).rejects.toThrow(result.record);
  });
});

describe("what its function is told", () => {
  it("is the stack, with both sides", () => {
    const { sides, stack, unseen } = scheduledDoctor(JSON.stringify(FILE));
    expect(sides).toEqual([
      { side: "primary", bucket: PRIMARY, region: "eu-central-1" },
      { side: "replica", bucket: REPLICA, region: "eu-west-1" },
    ]);
    expect(stack.scheduleNames).toEqual(STACK.scheduleNames);
    expect(unseen).toEqual(FILE.unseen);
  });

  const nowhere = { ...PLACES, primaryBucketName: undefined };
  it.each<[string, string | undefined, string]>([
    ["there is no file", undefined, "is not beside the function's code; deploy the stack again"],
    ["the file is none", "{", expect.stringMatching(/^is no JSON \(.+\)$/) as never],
    ["a part is missing", JSON.stringify({ stack: {} }), "unseen: Invalid input: expected array, received undefined"],
    [
      "a setting means nothing",
      JSON.stringify({ stack: { ...PLACES, bucket: "x" }, unseen: [] }),
      expect.stringMatching(/^stack: bucket is no setting; the settings are /) as never,
    ],
    [
      "the primary is nowhere",
      JSON.stringify({ stack: nowhere, unseen: [] }),
      "stack: primaryBucketName and primaryRegion must be given",
    ],
  ])("fails when %s", (_, text, problem) => {
    let message = "accepted";
    try {
      scheduledDoctor(text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.replace("doctor: doctor.json ", "")).toEqual(problem);
  });

  it("is read beside the code, and fails in the handler too", async () => {
    const dir = mkdtempSync(path.join(tmpdir(), "backup321-doctor-"));
    try {
      await expect(doctorHandler(dir)({})).rejects.toThrow("doctor: doctor.json is not beside the function's code");
      writeFileSync(path.join(dir, "doctor.json"), "[]");
      await expect(doctorHandler(dir)({})).rejects.toThrow("doctor: doctor.json (top): ");
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { CheckResult } from "../../runner/doctor/check";
import { examination } from "../../runner/doctor/examination";
import {
  doctorId,
  doctorProblems,
  type DoctorRecord,
  ESSENTIAL_CHECKS,
  isWrong,
  storeDoctorRecord,
} from "../../runner/doctor/record";
import { secretArnOf } from "../../runner/doctor/tasks";
import { doctorText } from "../../runner/cli/doctor";
import { runCli } from "../../runner/cli/program";
import { parseDoctorKey } from "../../runner/freshnessContract";
import { type Answer, awsError, doctorContext, GOOD, PRIMARY, SECRET } from "./doctorFixtures";
import { ClockedRepository } from "./readFixtures";

/** Storage that lets nobody look at anything, and takes what is put: the metadata is kept. */
async function refusingStorage() {
  const recorded: unknown[] = [];
  const server = createServer((request, response) => {
    const isPut = request.method === "PUT";
    const { "x-amz-meta-verdict": verdict, "x-amz-meta-unchecked": unchecked } = request.headers;
    if (isPut) recorded.push({ verdict, unchecked });
    request.resume().on("end", () => {
      response.writeHead(
        isPut ? 200 : 403,
        isPut ? { etag: '"e"', "x-amz-version-id": "v" } : { "content-type": "application/xml" },
      );
      response.end(isPut ? "" : "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    });
  return { port: (server.address() as AddressInfo).port, recorded, close };
}

const wrong = (results: readonly CheckResult[]) => results.filter(({ status }) => status !== "ok");
const first = async (answers: Record<string, Answer>) => {
  const [one] = wrong(await examination(doctorContext(answers)));
  return one && [one.id, one.subject, one.status, one.detail];
};

describe("what the doctor can't look at", () => {
  it("is told with its reason: no permission, no network, no name", async () => {
    const denied = () => {
      throw awsError("AccessDenied", 403, "User: x is not authorized");
    };
    expect(await first({ GetBucketVersioning: denied })).toEqual([
      "bucket.versioning",
      PRIMARY,
      "notChecked",
      "AccessDenied: User: x is not authorized",
    ]);
    const results = wrong(await examination(doctorContext({}, {})));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["notChecked"]));
    expect(results.map(({ id }) => id)).toEqual([
      "schedule",
      "stateMachine",
      "task",
      "role",
      "function.freshness",
      "alarm",
      "alarm",
      "topic",
    ]);
    expect(results[0]?.detail).toBe("its name is not known here; give --stack, or a configuration file");
  });

  it("is an image outside of ECR, and a replica that nobody named", async () => {
    const image = `registry.example/runner@sha256:${"0".repeat(64)}`;
    const elsewhere = {
      DescribeTaskDefinition: () => {
        const answer = structuredClone(GOOD["DescribeTaskDefinition"]!({})) as any;
        answer.taskDefinition.containerDefinitions[0].image = image;
        return answer;
      },
    };
    const why = "only images in ECR can be looked up; pull it where a task would";
    expect(await first(elsewhere)).toEqual(["image", image, "notChecked", why]);
    const context = doctorContext();
    const [one] = wrong(await examination({ ...context, sides: context.sides.slice(0, 1) }));
    expect(one?.detail).toBe("no replica is named; give --stack, or --replica-bucket with --replica-region");
  });
});

test("a secret's ARN is taken out of what a task definition says", () => {
  expect(secretArnOf(`${SECRET}:password::`)).toBe(SECRET);
  expect(secretArnOf(SECRET)).toBe(SECRET);
  expect(secretArnOf("arn:aws:ssm:eu-central-1:1:parameter/x")).toBeUndefined();
});

describe("what the doctor says and keeps", () => {
  const results: CheckResult[] = [
    { id: "bucket.policy", subject: "b", status: "ok", detail: "fine" },
    { id: "alarm", subject: "a", status: "notChecked", detail: "no permission" },
    { id: "key.state", subject: "k", status: "finding", detail: "it is disabled" },
  ];

  it("puts what is wrong first", () => {
    const lines = doctorText(results).split("\n");
    const cells = lines.filter((line) => line.includes("│")).map((line) => line.split("│").map((cell) => cell.trim()));
    expect(cells.slice(1).map((row) => row.slice(1, -1))).toEqual([
      ["FINDING", "key.state", "k", "it is disabled"],
      ["not checked", "alarm", "a", "no permission"],
      ["ok", "bucket.policy", "b", "fine"],
    ]);
    expect(lines.at(-1)).toBe("1 ok, 1 findings, 1 not checked");
    expect(doctorText(results, { hasColors: true })).toContain("\u001b[31mFINDING\u001b[0m");
  });

  it("takes what nobody could look at for wrong, unless that is let pass", () => {
    expect(results.map((result) => isWrong(result, false))).toEqual([false, true, true]);
    expect(results.map((result) => isWrong(result, true))).toEqual([false, false, true]);
  });

  it("fails when nobody could look at an area that matters most, whatever is let pass", async () => {
    const whole = await examination(doctorContext());
    expect(doctorProblems(whole, true)).toEqual([]);
    const ids = new Set(whole.map(({ id }) => id).filter((id) => /^(bucket\.|key\.state$|alarm$)/.test(id)));
    expect([...ids].sort()).toEqual([...ESSENTIAL_CHECKS].sort());
    const why = "which --allow-unchecked does not let pass: give --stack, and the rights that the documentation lists";
    for (const unseen of ESSENTIAL_CHECKS) {
      const of = (index: number) => (result: CheckResult, i: number) =>
        result.id === unseen && i >= index ? { ...result, status: "notChecked" as const } : result;
      expect(doctorProblems(whole.map(of(0)), true)).toEqual([`nobody could look at ${unseen}, ${why}`]);
      // The first one was seen, and the flag lets the others pass.
      const firstOfIt = whole.findIndex(({ id }) => id === unseen);
      expect(doctorProblems(whole.map(of(firstOfIt + 1)), true)).toEqual([]);
    }
    const secret = whole.map((one) => (one.id === "secret" ? { ...one, status: "notChecked" as const } : one));
    expect(doctorProblems(secret, true)).toEqual([]);
    expect(doctorProblems(secret, false)).toEqual([`1 of ${whole.length} checks are not as they should be`]);
  });

  it("records that it failed where every look is refused, though that is let pass", async () => {
    const { port, recorded, close } = await refusingStorage();
    const own = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s" };
    const before = { ...process.env };
    Object.assign(process.env, own);
    const notes: string[] = [];
    try {
      const args = ["--bucket", PRIMARY, "--region", "eu-central-1", "--allow-unchecked", "--record", "--by", "x"];
      const code = await runCli(["doctor", ...args], {
        env: own,
        signal: new AbortController().signal,
        clock: () => new Date("2026-11-20T03:00:00Z"),
        out: () => undefined,
        note: (text) => void notes.push(text),
        isInteractive: false,
      });
      expect([code, notes]).toEqual([
        8,
        [
          `doctor: nobody could look at ${ESSENTIAL_CHECKS.join(", ")}, which --allow-unchecked does not let pass: give --stack, and the rights that the documentation lists`,
        ],
      ]);
      expect(recorded).toEqual([{ verdict: "failed", unchecked: expect.stringMatching(/^1\d$/) }]);
    } finally {
      process.env = before;
      await close();
    }
  });

  it("is a record that freshness finds and judges by a HEAD", async () => {
    const repository = ClockedRepository.at("2026-11-20T03:00:00Z");
    const startedAt = "2026-11-20T02:59:58.000Z";
    const record: DoctorRecord = {
      formatVersion: 1,
      id: doctorId(new Date(startedAt), "abcdef"),
      startedAt,
      finishedAt: "2026-11-20T03:00:00.000Z",
      verdict: "failed",
      attacked: true,
      uncheckedAllowed: false,
      ranBy: "somebody",
      toolVersion: "0",
      results,
    };
    const key = await storeDoctorRecord(repository, record);
    expect(key).toBe("drills/_doctor/2026/11/20/20261120T025958Z-abcdef.json");
    expect(parseDoctorKey(key)).toEqual({ id: record.id, startedAt: new Date(startedAt) });
    expect((await repository.head(key)).metadata).toEqual({
      verdict: "failed",
      unchecked: "1",
      startedat: startedAt,
      finishedat: "2026-11-20T03:00:00.000Z",
    });
  });

  it("fails when nobody can be asked whether roles may be attacked", async () => {
    const notes: string[] = [];
    const code = await runCli(["doctor", "--attack", "--bucket", PRIMARY, "--region", "eu-central-1"], {
      env: {},
      signal: new AbortController().signal,
      clock: () => new Date(0),
      out: () => undefined,
      note: (text) => void notes.push(text),
      isInteractive: false,
    });
    expect([code, notes]).toEqual([
      2,
      [
        "confirmation: roles of shop-primary will be assumed, and will try to destroy backups; what nobody stops may leave a probe object behind, locked for days; nobody can be asked here: give --yes, or run it at a terminal",
      ],
    ]);
  });
});

// needs: postgres, versitygw
import { withClient } from "../support/postgres";
import type { Action, S3Call } from "../support/s3Proxy";
import { type BackupGround, contentsOf, type Run, seedNoise, startBackupGround } from "./backupGround";
import { expectNothingLeft, type FaultOptions, faultyBackup } from "./faultyBackup";

let ground: BackupGround;
beforeAll(async () => {
  ground = await startBackupGround(24);
  await seedNoise(ground.source, 24, "noise_b");
  await seedNoise(ground.source, 2, "noise_c");
}, 900_000);
afterAll(() => ground?.stop());
jest.setTimeout(120_000);

const OBJECTS = 5;
const LEFT = "objects are left without a manifest, so no reader takes them for a backup, until lifecycle expires them";

/** Three tables, each in an object of its own, by two workers. The larger ones do not fit buffers and pipes. */
const backup = (options: FaultOptions) =>
  faultyBackup(ground, {
    ...options,
    env: { BACKUP321_SHAPE: "parallel", BACKUP321_WORKERS: "2", ...options.env },
  });

const programsOf = (run: Run) => run.processes().map(({ args }) => args.split(" ")[0]!.split("/").pop()!);

describe("one of several workers that fails", () => {
  it.each(["psql", "zstd"])("fails the run when its %s is killed, and ends the others", async (program) => {
    let before: string[] = [];
    const result = await backup({
      atPart2: (run) => {
        before = programsOf(run);
        expect(run.kill("SIGKILL", program)).toBe(true);
      },
    });
    // More than one chain was running, and the group is empty now: faultyBackup has waited for that.
    expect(before.filter((name) => name === "zstd").length).toBeGreaterThan(1);
    expect(result.problem).toMatch(new RegExp(`${program} was killed by SIGKILL$`));
    await expectNothingLeft(ground, result, 5);
  });

  it("fails the run when one of its sessions is ended, naming its table", async () => {
    const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' LIMIT 1";
    const result = await backup({ atPart2: () => withClient(ground.source.settings, (client) => client.query(end)) });
    expect(result.problem).toMatch(/^copy: public\.noise\w*: psql exited with code 2: /);
    await expectNothingLeft(ground, result, 5);
  });

  it("fails the run when storage refuses a part of one object, and aborts the uploads of all", async () => {
    const isIt = ({ part, path }: S3Call) => part === 2 && path.endsWith("tables-0002.sql.zst");
    const result = await backup({ rule: (call) => (isIt(call) ? { status: 403, code: "AccessDenied" } : "forward") });
    expect(result.problem).toMatch(
      /^upload: repository: upload part 2 of dumps\/daily\/orders\/\S+\/tables-0002\.sql\.zst: AccessDenied: .*\(HTTP 403\)/,
    );
    await expectNothingLeft(ground, result, 6);
  });

  it("ends by a signal in the middle, and leaves nothing", async () => {
    const result = await backup({ atPart2: (run) => run.kill("SIGTERM") });
    expect(result.problem).toBe("backup: stopped by a signal; nothing was committed");
    await expectNothingLeft(ground, result, 143);
  });
});

describe("the completion of several objects", () => {
  it("begins only after every part of every object is stored", async () => {
    const calls: S3Call[] = [];
    const result = await backup({ rule: (call) => (calls.push(call), "forward") });
    expect([result.ended.code, result.problem]).toEqual([0, ""]);
    const verbs = calls.map(({ verb }) => verb);
    const count = (verb: S3Call["verb"]) => verbs.filter((one) => one === verb).length;
    expect([count("startUpload"), count("completeUpload"), count("putObject")]).toEqual([OBJECTS, OBJECTS, 1]);
    expect(verbs.lastIndexOf("uploadPart")).toBeLessThan(verbs.indexOf("completeUpload"));
    expect(verbs.lastIndexOf("completeUpload")).toBe(verbs.length - 2);
    expect(verbs.at(-1)).toBe("putObject");
  });

  it.each<[string, Action, RegExp]>([
    ["is refused", { status: 403, code: "AccessDenied" }, /: AccessDenied: .*HTTP 403/],
    ["has no clear answer", "loseAnswer", /no clear answer/],
  ])("fails when one of them %s, without a manifest, and says what is left", async (_, action, message) => {
    const isIt = ({ verb, path }: S3Call) => verb === "completeUpload" && path.endsWith("tables-0001.sql.zst");
    const result = await backup({ rule: (call) => (isIt(call) ? action : "forward") });
    expect([result.ended.code, result.ended.stdout]).toEqual([6, ""]);
    expect(result.problem).toMatch(/^upload: repository: complete upload of \S+tables-0001\.sql\.zst: /);
    expect(result.problem).toMatch(message);
    const { keys, uploads } = await contentsOf(ground.s3, result.bucket);
    expect(uploads).toEqual([]);
    expect(keys.every((key) => key.startsWith("dumps/"))).toBe(true);
    // Nothing lies there without being said, if only as one of "more".
    const said = result.problem.split(`${LEFT}: `)[1] ?? "";
    const more = Number(/and (\d+) more$/.exec(said)?.[1] ?? 0);
    const named = keys.filter((key) => said.includes(key)).length;
    expect(named).toBeGreaterThan(0);
    expect(named + more).toBeGreaterThanOrEqual(keys.length);
  });
});

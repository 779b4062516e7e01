import { backupConfig, EnvReader } from "../../runner/config";
import { ageRecipients, dumpOptions } from "../../runner/dumpConfig";
import { DEFAULT_DUMP_OPTIONS } from "../../runner/dump/dumpContext";

const KEY = ["age1", "lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z"].join("");

function read(env: Record<string, string>) {
  const reader = new EnvReader(env);
  return { options: dumpOptions(reader), recipients: ageRecipients(reader), problems: reader.problems };
}

describe("how a database is dumped", () => {
  it("is the default where nothing is set", () => {
    expect(read({})).toEqual({ options: DEFAULT_DUMP_OPTIONS, recipients: [], problems: [] });
  });

  it("is what is set", () => {
    const env = {
      BACKUP321_SHAPE: "parallel",
      BACKUP321_WORKERS: "4",
      BACKUP321_COMPRESSION_LEVEL: "9",
      BACKUP321_ROLE_PASSWORDS: "true",
      BACKUP321_EXCLUDE_TABLE_DATA: '["public.log","Other.a.b\\n","public.log"]',
      BACKUP321_ALLOW_STANDBY: "true",
      BACKUP321_MAX_REPLAY_LAG_SECONDS: "60",
      BACKUP321_AGE_RECIPIENTS: KEY,
    };
    expect(read(env)).toEqual({
      options: {
        shape: "parallel",
        workers: 4,
        compressionLevel: 9,
        rolePasswords: true,
        excludeTableData: ["public.log", "Other.a.b\n"],
        allowStandby: true,
        maxReplayLagSeconds: 60,
      },
      recipients: [KEY],
      problems: [],
    });
  });

  it.each<[Record<string, string>, string]>([
    [{ BACKUP321_SHAPE: "double" }, 'BACKUP321_SHAPE must be one of auto, single, parallel, got "double"'],
    [{ BACKUP321_WORKERS: "17" }, 'BACKUP321_WORKERS must be a whole number from 1 to 16, got "17"'],
    [{ BACKUP321_WORKERS: "0" }, 'BACKUP321_WORKERS must be a whole number from 1 to 16, got "0"'],
    [
      { BACKUP321_COMPRESSION_LEVEL: "20" },
      'BACKUP321_COMPRESSION_LEVEL must be a whole number from 1 to 19, got "20"',
    ],
    [{ BACKUP321_ROLE_PASSWORDS: "yes" }, 'BACKUP321_ROLE_PASSWORDS must be one of true, false, got "yes"'],
    ...["log", '["log"]', '"public.log"', "[1]"].map((text): [Record<string, string>, string] => [
      { BACKUP321_EXCLUDE_TABLE_DATA: text },
      `BACKUP321_EXCLUDE_TABLE_DATA must be a JSON array of tables like ["public.log"], got ${text}`,
    ]),
    [
      { BACKUP321_MAX_REPLAY_LAG_SECONDS: "60" },
      "BACKUP321_MAX_REPLAY_LAG_SECONDS is set without BACKUP321_ALLOW_STANDBY=true; set both or neither",
    ],
    [
      { BACKUP321_AGE_RECIPIENTS: KEY, BACKUP321_AGE_IDENTITY_FILE: "/key" },
      "BACKUP321_AGE_IDENTITY_FILE is set: private keys must never be near a backup; unset it, and read the point elsewhere",
    ],
    [
      { BACKUP321_AGE_RECIPIENTS: KEY, BACKUP321_AGE_IDENTITY: "a key" },
      "BACKUP321_AGE_IDENTITY is set: private keys must never be near a backup; unset it, and read the point elsewhere",
    ],
  ])("fails when given %p", (env, problem) => {
    expect(read(env).problems).toEqual([problem]);
  });

  it("fails when a recipient is a private key, without showing it", () => {
    const secret = ["AGE-SECRET", "-KEY-1", "Q".repeat(58)].join("");
    const { recipients, problems } = read({ BACKUP321_AGE_RECIPIENTS: `${KEY},${secret}` });
    expect(recipients).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^BACKUP321_AGE_RECIPIENTS: recipient 2 is a private key/)]);
    expect(problems.join()).not.toContain(secret);
  });

  it("is read with everything else, all problems in one error", () => {
    expect(() => backupConfig({ BACKUP321_SHAPE: "x", BACKUP321_MAX_MIB_PER_SECOND: "0", AWS_REGION: "r" })).toThrow(
      /BACKUP321_DATABASE is missing[^]*BACKUP321_MAX_MIB_PER_SECOND must be a whole number from 1 to 10000, got "0"[^]*BACKUP321_SHAPE must be/,
    );
  });
});

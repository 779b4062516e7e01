import { statusText } from "../../runner/cli/statusText";
import type { Judgement } from "../../runner/freshness";

const ID = "20261120T020000Z-cccccc";
const verification = { recoveryPointId: ID, healthy: true, decryption: "proven" as const, ageMinutes: 50 };
const SOUND: Judgement = {
  database: "orders",
  side: "primary",
  healthy: true,
  ageMinutes: 60,
  rpoMinutes: 1560,
  recoveryPoint: { id: ID, tier: "daily", storedBytes: 1536 },
  verification,
  drill: { record: "r", passed: true, ageMinutes: 8640, passedAgeMinutes: 8640 },
  problems: [],
  notices: [],
};
const problem = (code: Judgement["problems"][number]["code"]) => ({
  healthy: false,
  problems: [{ code, message: "m" }],
});

const text = (...judgements: Judgement[]) => statusText([{ side: "primary", judgements, doctor: null }]);
const cellsOf = (change: Partial<Judgement>) => {
  const row = text({ ...SOUND, ...change }).split("\n")[3]!;
  return row
    .split("│")
    .slice(1, -1)
    .map((cell) => cell.trim());
};

describe("the table of status", () => {
  it("shows one line per database and side", () => {
    expect(cellsOf({})).toEqual(["orders", "primary", "healthy", "1h", "1d 2h", ID, "1.5 KiB", "yes", "6d"]);
    const nothing = { ageMinutes: null, recoveryPoint: null, verification: null, drill: null };
    expect(cellsOf({ ...nothing, ...problem("noRecoveryPoint") })).toEqual([
      "orders",
      "primary",
      "1 PROBLEM",
      "none",
      "1d 2h",
      "none",
      "?",
      "none",
      "-",
    ]);
  });

  it("fits 120 columns with a name of 15 characters and the widest of everything else", () => {
    const wide: Judgement = {
      ...SOUND,
      database: "a-database-of-15",
      side: "replica",
      ageMinutes: 9 * 1440 + 23 * 60 + 59,
      recoveryPoint: { id: ID, tier: "daily", storedBytes: 1023.9 * 1024 },
      drill: { record: "r", passed: true, ageMinutes: 13 * 1440 + 23 * 60, passedAgeMinutes: null },
    };
    const lines = text({ ...wide, database: wide.database.slice(0, 15), ...problem("stale") }).split("\n");
    expect(Math.max(...lines.slice(0, 5).map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  it("counts problems", () => {
    const two = [...problem("stale").problems, ...problem("zeroSize").problems];
    expect(cellsOf({ healthy: false, problems: two })[2]).toBe("2 PROBLEMS");
  });

  it.each<[string, Partial<Judgement>]>([
    ["yes", { verification: { ...verification, decryption: "notEncrypted" } }],
    ["sealed", { verification: { ...verification, decryption: "notProven" } }],
    ["FAILED", { verification: { ...verification, healthy: false }, ...problem("verificationFailed") }],
    ["FAILED", { verification: { ...verification, recoveryPointId: "before", healthy: false } }],
    ["?", { verification: { ...verification, healthy: null } }],
    ["pending", { verification: null }],
    ["pending", { verification: { ...verification, recoveryPointId: "before" } }],
    ["MISSING", { verification: null, ...problem("notVerified") }],
  ])("says of the verification: %s", (shown, change) => {
    expect(cellsOf(change)[7]).toBe(shown);
  });

  it.each<[string, Partial<Judgement>]>([
    ["-", { drill: null }],
    ["none", { drill: null, ...problem("drillMissing") }],
    ["23h 59m", { drill: { record: "r", passed: true, ageMinutes: 1439, passedAgeMinutes: 1439 } }],
    ["1d", { drill: { record: "r", passed: true, ageMinutes: 2879, passedAgeMinutes: 2879 } }],
    ["none", { drill: null, notices: [{ code: "drillPending", message: "m" }] }],
    ["FAILED", { drill: { record: "r", passed: false, ageMinutes: 1, passedAgeMinutes: 2 } }],
  ])("says of drills: %s", (shown, change) => {
    expect(cellsOf(change)[8]).toBe(shown);
  });

  it("is followed by what the doctor, then problems, then notices say", () => {
    const notices = [{ code: "schemaChanged" as const, message: "n" }];
    const doctor = { healthy: false, ageMinutes: null, problems: [{ code: "doctorMissing" as const, message: "d" }] };
    const judgements = [
      { ...SOUND, notices },
      { ...SOUND, ...problem("stale"), side: "replica" as const },
    ];
    const lines = statusText([{ side: "primary", judgements, doctor }]).split("\n");
    expect(lines.slice(-3)).toEqual([
      "doctor (primary): doctorMissing: d",
      "orders (replica): stale: m",
      "orders (primary): notice: schemaChanged: n",
    ]);
  });
});

import { byteBarText, dumpBarText } from "../../runner/cli/progress";
import { humanSeconds } from "../../runner/cli/format";
import { ProgressMeter } from "../../runner/progress";

const BIG = { estimatedBytes: 300, role: "tables" as const };
const SMALL = { estimatedBytes: 100, role: "tables" as const };
const frame = { offset: 0, bytes: 1, rawBytes: 1, rows: 1 };
const produced = (...names: string[]) => ({
  raw: { bytes: 1 },
  tables: names.map((name) => ({ schema: "public", name, data: frame })),
});

describe("progress", () => {
  it("goes by the estimates of the objects that are done, and tells rate and end from them", () => {
    let seconds = 0;
    const meter = new ProgressMeter([BIG, SMALL], 5, () => new Date(seconds * 1000));
    expect(meter.now()).toEqual({
      storedBytes: 0,
      storedBytesPerSecond: 0,
      objectsDone: 0,
      objects: 2,
      tablesDone: 0,
      tables: 5,
      fraction: 0,
      etaSeconds: null,
    });
    seconds = 10;
    meter.sent(50);
    meter.done(SMALL, produced("a", "b", "b"));
    expect(meter.now()).toMatchObject({
      storedBytes: 50,
      storedBytesPerSecond: 5,
      objectsDone: 1,
      tablesDone: 2,
      fraction: 0.25,
      etaSeconds: 30,
    });
    seconds = 20;
    meter.done(BIG, produced("c"));
    expect(meter.now()).toMatchObject({ objectsDone: 2, tablesDone: 5, fraction: 1, etaSeconds: 0 });
  });

  it("goes by what was read of an object that says so, which is never all before it is done", () => {
    let seconds = 0;
    const meter = new ProgressMeter([BIG, SMALL], 5, () => new Date(seconds * 1000));
    seconds = 10;
    meter.read(BIG, 100);
    expect(meter.now()).toMatchObject({ fraction: 0.25, etaSeconds: 30, objectsDone: 0 });
    meter.read(BIG, 5000);
    expect(meter.now()).toMatchObject({ fraction: 0.713 });
    meter.done(BIG, produced());
    expect(meter.now()).toMatchObject({ fraction: 0.75, objectsDone: 1 });
  });

  it("has no end in sight where estimates are 0", () => {
    const empty = { estimatedBytes: 0, role: "tables" as const };
    const meter = new ProgressMeter([empty, empty], 1, () => new Date(0));
    meter.done(empty, produced());
    expect(meter.now()).toMatchObject({ fraction: 0, etaSeconds: null });
  });

  it("is told to people in units", () => {
    const progress = { objectsDone: 1, objects: 3, tablesDone: 2, tables: 9, fraction: 0.5 };
    expect(dumpBarText({ ...progress, storedBytes: 1536, storedBytesPerSecond: 1024, etaSeconds: 90 })).toBe(
      "1.5 KiB stored | 1.0 KiB/s | 1 of 3 objects | 2 of 9 tables | about 1m 30s left",
    );
    expect(dumpBarText({ ...progress, storedBytes: 0, storedBytesPerSecond: 0, etaSeconds: null })).toBe(
      "0 B stored | 0 B/s | 1 of 3 objects | 2 of 9 tables",
    );
    expect([0, 59, 60, 90, 3599, 5400].map(humanSeconds)).toEqual(["0s", "59s", "1m", "1m 30s", "59m 59s", "1h 30m"]);
  });
});

describe("progress over a known number of bytes", () => {
  it("tells the pace, and when it ends, once there is a pace to tell", () => {
    const MIB = 1024 * 1024;
    expect(byteBarText(0, 100 * MIB, 0)).toBe("0 B of 100.0 MiB");
    expect(byteBarText(5 * MIB, 100 * MIB, 0.9)).toBe("5.0 MiB of 100.0 MiB");
    expect(byteBarText(0, 100 * MIB, 30)).toBe("0 B of 100.0 MiB");
    expect(byteBarText(10 * MIB, 100 * MIB, 10)).toBe("10.0 MiB of 100.0 MiB | 1.0 MiB/s | about 1m 30s left");
    expect(byteBarText(100 * MIB, 100 * MIB, 50)).toBe("100.0 MiB of 100.0 MiB | 2.0 MiB/s");
  });
});

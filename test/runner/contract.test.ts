import {
  dumpKey,
  isDatabaseName,
  isTierName,
  manifestKey,
  parseManifestKey,
  parseRecoveryPointId,
  recoveryPointId,
  Tier,
  verificationKey,
} from "../../runner/contract";

const TAKEN = new Date("2026-11-20T02:03:04.987Z");
const AT = { tier: Tier.Weekly, database: "orders", id: "20261120T020304Z-k3q7ab" };

describe("the key layout", () => {
  it("names keys as the repository format says", () => {
    expect(recoveryPointId(TAKEN, "k3q7ab")).toBe(AT.id);
    expect(dumpKey(AT, "x.zst")).toBe("dumps/weekly/orders/2026/11/20/20261120T020304Z-k3q7ab/x.zst");
    expect(manifestKey(AT)).toBe("manifests/weekly/orders/2026/11/20/20261120T020304Z-k3q7ab.json");
    expect(verificationKey("orders", AT.id, 2)).toBe("verifications/orders/2026/11/20/20261120T020304Z-k3q7ab-2.json");
  });

  it("parses its own manifest keys back, to the second", () => {
    expect(parseManifestKey(manifestKey(AT))).toEqual({ ...AT, takenAt: new Date("2026-11-20T02:03:04.000Z") });
  });

  it.each([
    ["a folder that disagrees with the id", "manifests/weekly/orders/2026/11/21/20261120T020304Z-k3q7ab.json"],
    ["a folder that can't be a tier", "manifests/Weekly/orders/2026/11/20/20261120T020304Z-k3q7ab.json"],
    ["a bad database name", "manifests/weekly/Orders/2026/11/20/20261120T020304Z-k3q7ab.json"],
    ["another prefix", "dumps/weekly/orders/2026/11/20/20261120T020304Z-k3q7ab.json"],
    ["a foreign file", "manifests/weekly/orders/readme.txt"],
  ])("takes no manifest key for one with %s", (_, key) => {
    expect(parseManifestKey(key)).toBeUndefined();
  });

  it.each([
    "20261320T020304Z-k3q7ab",
    "20260230T020304Z-k3q7ab",
    "20261120T020304Z-K3Q7AB",
    "20261120T020304Z-k3q7a1",
    "",
  ])("takes no recovery point id for %p", (id) => {
    expect(parseRecoveryPointId(id)).toBeUndefined();
  });

  it("fails when an id is made of a random part that is not base32", () => {
    expect(() => recoveryPointId(TAKEN, "abc")).toThrow('"20261120T020304Z-abc" is no recovery point id');
  });

  it("parses manifest keys of tiers by whatever name", () => {
    const key = manifestKey({ ...AT, tier: "monthly-10y" });
    expect(key).toBe("manifests/monthly-10y/orders/2026/11/20/20261120T020304Z-k3q7ab.json");
    expect(parseManifestKey(key)?.tier).toBe("monthly-10y");
  });

  it("allows tier names of 1 to 20 characters, and no others", () => {
    for (const name of ["a", "daily", "monthly-10y", "a".repeat(20)]) expect(isTierName(name)).toBe(true);
    for (const name of ["", "-a", "a-", "A", "a_b", "a/b", "a b", "a".repeat(21)]) expect(isTierName(name)).toBe(false);
  });

  it("allows database names that are safe in keys, metrics and resource names, and no others", () => {
    for (const name of ["a", "orders", "orders-eu-1", "a".repeat(63)]) expect(isDatabaseName(name)).toBe(true);
    for (const name of ["", "-a", "a-", "A", "a_b", "a/b", "a b", "a".repeat(64), "ä"])
      expect(isDatabaseName(name)).toBe(false);
  });
});

import { StorageClass, Tier } from "../../components";
import { lifecycleRules, rulesStillProtect } from "../../components/internal/repository/lifecycleRules";
import { retentionTiers } from "../../components/internal/tiers";

const TIERS = retentionTiers([
  { tier: Tier.Daily, name: "short", lockDays: 14, expireDays: 35 },
  {
    tier: Tier.Monthly,
    expireDays: 1000,
    transitions: [
      { storageClass: StorageClass.StandardIa, days: 30 },
      { storageClass: StorageClass.DeepArchive, days: 90 },
    ],
  },
]);
const RULES = lifecycleRules(TIERS, 400);
const rule = (id: string) => RULES.find((r) => r.id === id)!;

describe("lifecycle rules", () => {
  it("expire each tier's data and manifests by prefix, and evidence on its own", () => {
    expect(RULES.map((r) => [r.id, r.filter.prefix, r.expiration?.days])).toEqual([
      ["dumps-short", "dumps/short/", 35],
      ["dumps-monthly", "dumps/monthly/", 1000],
      ["manifests-short", "manifests/short/", 35],
      ["manifests-monthly", "manifests/monthly/", 1000],
      ["verifications", "verifications/", 400],
      ["drills", "drills/", 400],
      ["abort-incomplete-uploads", undefined, undefined],
      ["expired-delete-markers", undefined, undefined],
    ]);
  });

  it("move a tier's data as it says, and only that tier's", () => {
    expect(rule("dumps-monthly").transitions).toEqual([
      { storageClass: "STANDARD_IA", days: 30 },
      { storageClass: "DEEP_ARCHIVE", days: 90 },
    ]);
    expect(rule("dumps-short")).not.toHaveProperty("transitions");
  });

  it("never archive a manifest or evidence", () => {
    const others = RULES.filter((r) => !r.id.startsWith("dumps-"));
    expect(others.filter((r) => r.transitions)).toEqual([]);
  });

  it("keep what expired for 30 days more", () => {
    const expiring = RULES.filter((r) => r.expiration?.days !== undefined);
    expect(expiring.map((r) => r.noncurrentVersionExpiration)).toEqual(expiring.map(() => ({ noncurrentDays: 30 })));
  });

  it("abort incomplete uploads after the longest run, and tidy lone delete markers", () => {
    expect(rule("abort-incomplete-uploads").abortIncompleteMultipartUpload).toEqual({ daysAfterInitiation: 3 });
    expect(rule("expired-delete-markers").expiration).toEqual({ expiredObjectDeleteMarker: true });
  });
});

describe("changed lifecycle rules", () => {
  const mine = { id: "mine", status: "Enabled", expiration: { days: 1 } };

  it.each<[string, unknown]>([
    ["are ours in another order", [...RULES].reverse()],
    ["have one more for a prefix of its own", [...RULES, { ...mine, filter: { prefix: "legacy/" } }]],
    ["have one more for a prefix and a tag", [...RULES, { ...mine, filter: { and: { prefix: "dumpsters/" } } }]],
    ["have one more that is off", [...RULES, { ...mine, status: "Disabled", filter: {} }]],
  ])("still protect when they %s", (_, after) => {
    expect(rulesStillProtect(RULES, after)).toBe(true);
  });

  it.each<[string, unknown]>([
    ["are gone", undefined],
    ["lack one of ours", RULES.slice(1)],
    ["expire a tier earlier", RULES.map((r) => (r.id === "dumps-short" ? { ...r, expiration: { days: 13 } } : r))],
    [
      "drop the days of what is no longer current",
      RULES.map((r) => ({ ...r, noncurrentVersionExpiration: { noncurrentDays: 1 } })),
    ],
    ["have one more for everything", [...RULES, { ...mine, filter: {} }]],
    ["have one more that names no filter", [...RULES, mine]],
    ["have one more that is told by a tag alone", [...RULES, { ...mine, filter: { tag: { key: "a", value: "b" } } }]],
    ["have one more within a tier", [...RULES, { ...mine, filter: { prefix: "dumps/short/orders/" } }]],
    ["have one more around our prefixes", [...RULES, { ...mine, filter: { prefix: "d" } }]],
    ["have one more in the old form", [...RULES, { ...mine, prefix: "manifests/" }]],
  ])("protect no longer when they %s", (_, after) => {
    expect(rulesStillProtect(RULES, after)).toBe(false);
  });
});

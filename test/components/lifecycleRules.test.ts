import { StorageClass, Tier } from "../../components";
import { lifecycleRules } from "../../components/internal/repository/lifecycleRules";
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

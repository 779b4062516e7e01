import { Tier } from "../../components";
import { lifecycleRules } from "../../components/internal/lifecycleRules";

const RULES = lifecycleRules(
  [
    { tier: Tier.Daily, lockDays: 14, expireDays: 35 },
    { tier: Tier.Monthly, lockDays: 120, expireDays: 120 },
  ],
  30,
  400,
);
const rule = (id: string) => RULES.find((r) => r.id === id)!;

describe("lifecycle rules", () => {
  it("expire each tier's data and manifests by prefix, and evidence on its own", () => {
    expect(RULES.map((r) => [r.id, r.filter.prefix, r.expiration?.days])).toEqual([
      ["dumps-daily", "dumps/daily/", 35],
      ["dumps-monthly", "dumps/monthly/", 120],
      ["manifests-daily", "manifests/daily/", 35],
      ["manifests-monthly", "manifests/monthly/", 120],
      ["verifications", "verifications/", 400],
      ["drills", "drills/", 400],
      ["abort-incomplete-uploads", undefined, undefined],
      ["expired-delete-markers", undefined, undefined],
    ]);
  });

  it("archive the data of a tier that lives 90 days longer, to the day", () => {
    expect(rule("dumps-monthly").transitions).toEqual([{ storageClass: "GLACIER", days: 30 }]);
    const [shorter] = lifecycleRules([{ tier: Tier.Monthly, lockDays: 1, expireDays: 119 }], 30, 400);
    expect(shorter).not.toHaveProperty("transitions");
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

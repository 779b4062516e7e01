import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { METRICS } from "../../runner/contract";
import type { Judgement } from "../../runner/freshness";
import type { SideCheck } from "../../runner/freshnessCheck";
import { freshnessMetrics, listMetrics, metricBatches } from "../../runner/freshnessMetrics";

function judgement(database: string, ageMinutes: number | null, healthy = true): Judgement {
  return {
    database,
    side: "replica",
    healthy,
    ageMinutes,
    rpoMinutes: 1560,
    recoveryPoint: null,
    verification: null,
    drill: null,
    problems: [],
    notices: [],
  };
}
const named = (judgements: Judgement[], hasDetails = false, name = "vault-1", doctor: SideCheck["doctor"] = null) =>
  freshnessMetrics({ side: "replica", judgements, failures: [], doctor }, name, hasDetails);
const dimensions = (values: Record<string, string>) => Object.entries(values).map(([Name, Value]) => ({ Name, Value }));

describe("metrics of named databases", () => {
  const Dimensions = dimensions({ Repository: "vault-1", Database: "orders", Side: "replica" });

  it("carry health and age, and no time of our own", () => {
    expect(named([judgement("orders", 60)])).toEqual([
      { MetricName: METRICS.healthy, Dimensions, Value: 1, Unit: "None" },
      { MetricName: METRICS.recoveryPointAgeMinutes, Dimensions, Value: 60, Unit: "None" },
    ]);
  });

  it("carry no age where there is no point", () => {
    expect(named([judgement("orders", null, false)])).toEqual([
      { MetricName: METRICS.healthy, Dimensions, Value: 0, Unit: "None" },
    ]);
  });
});

describe("metrics that are asked for", () => {
  const Dimensions = dimensions({ Repository: "vault-1", Database: "orders", Side: "replica" });
  const verification = { recoveryPointId: "x", healthy: true, decryption: "proven" as const, ageMinutes: 50 };
  const rich = {
    ...judgement("orders", 60),
    recoveryPoint: { id: "x", tier: "daily", storedBytes: 1234 },
    verification,
    drill: { record: "r", passed: false, ageMinutes: 5, passedAgeMinutes: 9000 },
  };
  const names = (data: MetricDatum[]) => data.map(({ MetricName }) => MetricName);

  it("tell the age of the last passed drill of the database, of no side", () => {
    expect(named([rich])).toContainEqual({
      MetricName: "DrillAgeMinutes",
      Dimensions: dimensions({ Repository: "vault-1", Database: "orders" }),
      Value: 9000,
      Unit: "None",
    });
    const never = { ...rich, drill: { ...rich.drill, passedAgeMinutes: null } };
    expect(names(named([never]))).toEqual(["Healthy", "RecoveryPointAgeMinutes"]);
  });

  it("tell stored bytes and age of the verification only where details are wanted", () => {
    expect(names(named([rich]))).toEqual(["Healthy", "RecoveryPointAgeMinutes", "DrillAgeMinutes"]);
    expect(named([rich], true).slice(3)).toEqual([
      { MetricName: "StoredBytes", Dimensions, Value: 1234, Unit: "None" },
      { MetricName: "VerificationAgeMinutes", Dimensions, Value: 50, Unit: "None" },
    ]);
    expect(names(named([judgement("orders", null, false)], true))).toEqual(["Healthy"]);
  });

  it("tell the doctor's verdict once for all databases, with an age if it ever ran", () => {
    const side = dimensions({ Repository: "vault-1", Side: "replica" });
    const doctor = { healthy: true, ageMinutes: 7, problems: [] };
    const data = [
      { MetricName: "DoctorHealthy", Dimensions: side, Value: 1, Unit: "None" },
      { MetricName: "DoctorAgeMinutes", Dimensions: side, Value: 7, Unit: "None" },
    ];
    expect(named([], false, "vault-1", doctor)).toEqual(data);
    const check = { side: "replica" as const, judgements: [], failures: [], doctor };
    expect(listMetrics(check, "vault-1").slice(1)).toEqual(data);
    const never = named([], false, "vault-1", { healthy: false, ageMinutes: null, problems: [] });
    expect(never.map(({ MetricName, Value }) => [MetricName, Value])).toEqual([["DoctorHealthy", 0]]);
  });

  it("tell the greatest age of a drill in a list, where there is any", () => {
    const older = { ...rich, drill: { ...rich.drill, passedAgeMinutes: 9001 } };
    const check = { side: "replica" as const, judgements: [rich, older], failures: [], doctor: null };
    expect(listMetrics(check, "vault-1").at(-1)).toMatchObject({ MetricName: "OldestDrillAgeMinutes", Value: 9001 });
    expect(names(listMetrics({ ...check, judgements: [judgement("a", 1)] }, "vault-1"))).not.toContain(
      "OldestDrillAgeMinutes",
    );
  });
});

describe("metrics of a list", () => {
  const Dimensions = dimensions({ Repository: "vault-1", Side: "replica" });
  const metrics = (judgements: Judgement[], failures: { database: string; message: string }[] = []) =>
    listMetrics({ side: "replica", judgements, failures, doctor: null }, "vault-1");

  it("are two, of the unhealthy and of the oldest", () => {
    const judgements = [judgement("a", 0), judgement("b", 90, false), judgement("c", 60), judgement("d", null, false)];
    expect(metrics(judgements)).toEqual([
      { MetricName: METRICS.unhealthyDatabases, Dimensions, Value: 2, Unit: "None" },
      { MetricName: METRICS.oldestRecoveryPointAgeMinutes, Dimensions, Value: 90, Unit: "None" },
    ]);
  });

  it("count a database that could not be judged as unhealthy", () => {
    const [unhealthy] = metrics([judgement("a", 5)], [{ database: "b", message: "no" }]);
    expect(unhealthy).toMatchObject({ MetricName: METRICS.unhealthyDatabases, Value: 1 });
  });

  it("are zero and an age when all is well, and have no age when there is no point", () => {
    expect(metrics([judgement("a", 0)]).map(({ Value }) => Value)).toEqual([0, 0]);
    expect(metrics([judgement("a", null, false)]).map(({ Value }) => Value)).toEqual([1]);
  });
});

describe("portions for one call", () => {
  const data = (count: number): MetricDatum[] => Array.from({ length: count }, (_, n) => ({ MetricName: `m${n}` }));
  const sizes = (count: number) => metricBatches(data(count)).map((batch) => batch.length);

  it("hold 500 data at most, each of them once and in order", () => {
    expect(sizes(0)).toEqual([]);
    expect(sizes(500)).toEqual([500]);
    expect(sizes(501)).toEqual([500, 1]);
    expect(sizes(1000)).toEqual([500, 500]);
    expect(metricBatches(data(1001)).flat()).toEqual(data(1001));
  });

  it("stay below CloudWatch's 1,000 data and 1 MB with the longest names, in its wordiest encoding", () => {
    const judgements = Array.from({ length: 500 }, (_, n) => judgement(`${"d".repeat(60)}${n}`, 123456.7));
    const batches = metricBatches(named(judgements, false, "r".repeat(255)));
    expect(batches).toHaveLength(2);
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(1000);
      const fields = batch.flatMap(({ MetricName, Value, Unit, Dimensions }, n) => {
        const at = `MetricData.member.${n + 1}`;
        const named = Dimensions!.map((one, d) => [
          `${at}.Dimensions.member.${d + 1}.Name=${one.Name}`,
          `${at}.Dimensions.member.${d + 1}.Value=${one.Value}`,
        ]);
        return [`${at}.MetricName=${MetricName}`, `${at}.Value=${Value}`, `${at}.Unit=${Unit}`, ...named.flat()];
      });
      expect(fields.join("&").length).toBeLessThan(1_000_000);
    }
  });
});

import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { METRICS } from "../../runner/contract";
import type { Judgement } from "../../runner/freshness";
import { freshnessMetrics, listMetrics, metricBatches } from "../../runner/freshnessMetrics";

function judgement(database: string, ageMinutes: number | null, healthy = true): Judgement {
  return { database, side: "replica", healthy, ageMinutes, recoveryPoint: null, problems: [] };
}
const dimensions = (values: Record<string, string>) => Object.entries(values).map(([Name, Value]) => ({ Name, Value }));

describe("metrics of named databases", () => {
  const Dimensions = dimensions({ Repository: "vault-1", Database: "orders", Side: "replica" });

  it("carry health and age, and no time of our own", () => {
    expect(freshnessMetrics([judgement("orders", 60)], "vault-1")).toEqual([
      { MetricName: METRICS.healthy, Dimensions, Value: 1, Unit: "None" },
      { MetricName: METRICS.recoveryPointAgeMinutes, Dimensions, Value: 60, Unit: "None" },
    ]);
  });

  it("carry no age where there is no point", () => {
    expect(freshnessMetrics([judgement("orders", null, false)], "vault-1")).toEqual([
      { MetricName: METRICS.healthy, Dimensions, Value: 0, Unit: "None" },
    ]);
  });
});

describe("metrics of a list", () => {
  const Dimensions = dimensions({ Repository: "vault-1", Side: "replica" });
  const metrics = (judgements: Judgement[], failures: { database: string; message: string }[] = []) =>
    listMetrics({ side: "replica", judgements, failures }, "vault-1");

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
    const batches = metricBatches(freshnessMetrics(judgements, "r".repeat(255)));
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

import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { type DoctorCheck, examineEach, unless } from "./check";

const DAY_MS = 86_400_000;

/** The freshness functions: there, whole, and called within the last day. */
export const functions: DoctorCheck = {
  id: "function",
  run: (context) => {
    const { stack, sides, clients, now } = context;
    const named = sides.flatMap(({ side, region }) => {
      const name = side === "primary" ? stack.primaryFreshnessFunctionName : stack.replicaFreshnessFunctionName;
      return name === undefined ? [] : [{ name, region }];
    });
    return examineEach(
      context,
      "function.freshness",
      named.length === 0 ? undefined : named,
      ({ name }) => name,
      async ({ name, region }) => {
        const found = await clients(region).lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
        const sumOf = async (metric: string): Promise<number> => {
          const { Datapoints = [] } = await clients(region).cloudwatch.send(
            new GetMetricStatisticsCommand({
              Namespace: "AWS/Lambda",
              MetricName: metric,
              Dimensions: [{ Name: "FunctionName", Value: name }],
              StartTime: new Date(now.getTime() - DAY_MS),
              EndTime: now,
              Period: DAY_MS / 1000,
              Statistics: ["Sum"],
            }),
          );
          return Datapoints.reduce((sum, point) => sum + (point.Sum ?? 0), 0);
        };
        const [calls, errors] = [await sumOf("Invocations"), await sumOf("Errors")];
        return {
          ok: `called ${calls} times within a day`,
          problems: unless(
            [found.State === undefined || found.State === "Active", `it is ${found.State}: ${found.StateReason ?? ""}`],
            [found.LastUpdateStatus !== "Failed", `its last update failed: ${found.LastUpdateStatusReason ?? ""}`],
            [calls > 0, "nobody called it within a day; look at its schedule"],
            [errors === 0, `${errors} of ${calls} calls within a day failed; look at its log`],
          ),
        };
      },
    );
  },
};

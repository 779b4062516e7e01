import { failedTaskPattern } from "../../components/internal/runner/taskFailures";
import { CLUSTER_ARN, failedTaskPattern as tried } from "../accept/eventPattern";

test("the pattern that is tried on a real account is the one of the failed-task rule", () => {
  expect(JSON.parse(tried(CLUSTER_ARN))).toEqual(JSON.parse(failedTaskPattern(CLUSTER_ARN)));
});

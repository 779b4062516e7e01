import { iso27001, type ResourceRule } from "../definition";
import { isA } from "../resourceTypes";
import { at, UNKNOWN } from "../unknowns";

/**
 * Refuses log groups that keep what they hold for ever, which is what happens when nothing is said.
 *
 * Severity low. Every log group of the stack is judged: logs of a backup end up in those of functions, machines and
 * databases as well, and a group that nobody gave an end is a cost and a liability wherever it is. Log class DELIVERY has
 * a retention of its own. Groups that AWS creates by itself are not resources and cannot be seen. A number that is not
 * known is noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
 */
export const awsCloudwatchLogGroupRetention: ResourceRule = {
  name: "aws-cloudwatch-log-group-retention",
  displayName: "Log groups have an end",
  description: "Every log group must say for how many days it keeps events.",
  severity: "low",
  framework: iso27001("A.8.15", "Logging"),
  tags: ["SOC2-CC7.2"],
  remediationSteps: "Set retentionInDays of the log group, for example to 90, or to what your auditors ask for.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
  judges: ["logGroup"],
  judgeResource: (resource, verdict) => {
    if (!isA("logGroup", resource.type) || at(resource.props, "logGroupClass") === "DELIVERY") return;
    const days = at(resource.props, "retentionInDays");
    if (days === UNKNOWN) {
      verdict.unknown(resource, `"${resource.name}": retentionInDays is not known yet; it is judged at the update.`);
    } else if (days === undefined || days === 0) {
      verdict.violation(
        resource,
        `"${resource.name}": retentionInDays must be set, got ${days === 0 ? "0, which is for ever" : "nothing"}; set it to 90, say.`,
      );
    }
  },
};

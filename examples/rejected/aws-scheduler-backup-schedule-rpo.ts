/** A dump every Sunday, where a day of lost work was agreed on. */
import { workload } from "./sound/workload";

workload("orders", { scheduleExpression: "cron(0 2 ? * SUN *)" });

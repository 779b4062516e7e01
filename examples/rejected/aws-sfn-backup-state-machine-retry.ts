/** A dump that is given up for the night when Fargate has no place for it at that minute. */
import { workload } from "./sound/workload";

workload("orders", { retry: [] });

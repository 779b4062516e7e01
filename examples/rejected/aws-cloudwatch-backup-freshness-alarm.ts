/** Backups that nobody misses: no alarm goes off when they stop. */
import { workload } from "./sound/workload";

workload("orders", { isWatched: false });

/** A dump that may also delete what it has stored, "to clean up": so may whoever takes it over. */
import { workload } from "./sound/workload";

workload("orders", { alsoAllow: ["s3:GetObject", "s3:DeleteObject"] });

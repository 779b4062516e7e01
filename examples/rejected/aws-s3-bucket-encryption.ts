/** A bucket that says nothing of its encryption. */
import { bucket } from "./sound/buckets";

bucket("documents", { without: ["encryption"] });

/** A dump from an image by its tag, which can be moved to any other image. */
import { workload } from "./sound/workload";

workload("orders", { image: "registry.example.com/dump:latest" });

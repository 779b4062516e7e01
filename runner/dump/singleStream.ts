import type { Stage } from "../stream/childStage";
import type { PlannedObject } from "./dumpSource";
import { programObject, type Storing } from "./programStream";

/**
 * The whole database as one object: a program's output, hashed, through zstd.
 * @param path PATH of zstd
 * @param start starts the program that writes the archive into a stage
 */
export function wholeDatabase(
  estimatedBytes: number,
  path: string,
  start: (next: Stage) => Promise<Stage>,
  storing: Omit<Storing, "path"> = {},
): PlannedObject {
  return programObject(
    { name: "database.pgdump", role: "database", format: "pg_dump-custom", estimatedBytes, start },
    { ...storing, path },
  );
}

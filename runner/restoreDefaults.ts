import { tmpdir } from "node:os";
import { randomBase32 } from "./cli/randomBase32";
import { findClientProgram } from "./postgres/clientPrograms";
import type { RestoreDependencies } from "./restore";

/**
 * What a program that restores seldom wants otherwise: this machine's clock, chance, temporary folder and client programs, and silence.
 * @param given where to read and restore; whatever else it holds comes before the defaults
 */
export function restoreDependencies(
  given: Pick<RestoreDependencies, "repository" | "settings"> & Partial<RestoreDependencies>,
): RestoreDependencies {
  return {
    findProgram: (name, minMajor) => findClientProgram(name, minMajor, process.env),
    path: process.env.PATH ?? "",
    scratch: tmpdir(),
    clock: () => new Date(),
    random: randomBase32,
    onEvent: () => undefined,
    ...given,
  };
}

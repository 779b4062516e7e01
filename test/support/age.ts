/** age: the stock program (Go, BSD) that opens what the runner seals. */
import { ensureGoProgram } from "./goProgram";

const VERSION = "1.3.2";
const INSTALL = "brew install age";

/** Path of `age`. */
export const ensureAge = (progress?: (line: string) => void): Promise<string> =>
  ensureGoProgram({ program: "age", version: VERSION, package: "filippo.io/age/cmd/age", install: INSTALL }, progress);

/** Path of `age-keygen`. */
export const ensureAgeKeygen = (progress?: (line: string) => void): Promise<string> =>
  ensureGoProgram(
    { program: "age-keygen", version: VERSION, package: "filippo.io/age/cmd/age-keygen", install: INSTALL },
    progress,
  );

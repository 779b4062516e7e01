import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { RuleCases } from "./ruleCases";

const FOLDER = join(__dirname, "cases");

/** Every file of cases: `cases/<rule's file>.ts` exports `cases`. */
export function caseFiles(): { file: string; cases: RuleCases }[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the folder is the list
      return { file, cases: (require(join(FOLDER, file)) as { cases: RuleCases }).cases };
    });
}

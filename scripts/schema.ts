// Writes docs/schema.json, what programs in other languages see of the components: `npm run build && npm run schema`. It is asked of
// the packed package, so that a file missing from it is found here and not by a user.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { packedProject } from "./packedProject";
import { pluginSchema } from "./pluginSchema";

async function main(): Promise<void> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), "backup321-schema-"));
  try {
    const schema = await pluginSchema(packedProject(scratch).installed);
    writeFileSync(path.join(__dirname, "..", "docs", "schema.json"), schema);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

void main();

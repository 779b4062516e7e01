/** Figures of the larger runs: always printed, and kept in the file that scripts/testDeep.js asks for. */
import { appendFileSync } from "node:fs";

/** A whole number from the environment, which is how `npm run test:deep` asks for more than `npm test` does. */
export function amount(name: string, usual: number): number {
  const text = process.env[name];
  if (text === undefined || text === "") return usual;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1, got "${text}"`);
  return value;
}

/** Prints one line, and adds it to `$BACKUP321_DEEP_REPORT` if that names a file. */
export function report(line: string): void {
  process.stdout.write(`${line}\n`);
  const file = process.env.BACKUP321_DEEP_REPORT;
  if (file) appendFileSync(file, `- ${line}\n`);
}

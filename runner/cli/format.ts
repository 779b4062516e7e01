import Table from "cli-table3";

export { humanBytes, humanMinutes, humanSeconds, humanTime } from "../humanUnits";

/** Breaks text into lines of at most `width` characters, at blanks where there are any. */
export function wrapped(content: string, width: number): string {
  const lines: string[] = [];
  for (const word of content.split(" ").flatMap((one) => one.match(new RegExp(`.{1,${width}}`, "gs")) ?? [""])) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}

/** A plain table without colours of its own, so that it survives a pipe or a mail. */
export function table(head: string[], rows: string[][]): string {
  const result = new Table({ head, style: { head: [], border: [] } });
  result.push(...rows);
  return result.toString();
}

/** JSON for scripts. */
export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

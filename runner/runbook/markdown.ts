import type { Block, Page, Section } from "./page";

const cell = (content: string): string => content.replace(/\|/g, "\\|").replace(/\n/g, " ");

/** The anchor that renderers give a heading: lower case, without punctuation, hyphens for blanks. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replace(/ /g, "-");
}

/** A table, its columns padded, so that it can be read as it stands. */
function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((cells) => cells.map(cell));
  const widths = head.map((_, column) => Math.max(3, ...all.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((one, column) => one.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(all[0]!), line(widths.map((width) => "-".repeat(width))), ...all.slice(1).map(line)].join("\n");
}

function blocksText(blocks: readonly Block[]): string[] {
  let steps = 0;
  return blocks.map((block) => {
    switch (block.kind) {
      case "text":
        return block.text;
      case "warning":
        return `> **Careful.** ${block.text}`;
      case "step":
        return `**${++steps}.** ${block.text}`;
      case "command":
        return `\`\`\`sh\n${block.shell}\n\`\`\``;
      case "list":
        return block.items.map((item) => `- ${item}`).join("\n");
      case "table":
        return tableText(block.head, block.rows);
    }
  });
}

/** An index of what may have happened, first of all. */
function index(sections: readonly Section[]): string {
  const rows = sections.map(({ title, when, takes }) => [`[${title}](#${anchorOf(title)})`, when ?? "", takes ?? ""]);
  return tableText(["What happened", "You see", "Takes about"], rows);
}

/** The page as Markdown. */
export function markdownOf({ title, intro, sections }: Page): string {
  const scenarios = sections.filter(({ when }) => when !== undefined);
  const parts = sections.flatMap((section) => [`## ${section.title}`, ...blocksText(section.blocks)]);
  return `${[`# ${title}`, index(scenarios), ...blocksText(intro), ...parts].join("\n\n")}\n`;
}

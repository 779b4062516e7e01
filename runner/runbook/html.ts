import type { Block, Page, Section } from "./page";

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(content: string): string {
  return content.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Text with backticks as code. */
function inline(content: string): string {
  return escaped(content).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** For a screen at night and for paper: nothing is loaded, a command is selected whole by one click and never cut in two. */
const STYLE = `
:root { color-scheme: light dark; --line: #c9ced6; --soft: #f3f5f8; --warn: #a33; --ink: #14181f; --page: #fff; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a4250; --soft: #1c222b; --warn: #ff8f80; --ink: #e8ebf0; --page: #11151b; --link: #8ec1ff; }
}
* { box-sizing: border-box; }
body { font: 17px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .5rem; padding-top: .75rem; border-top: 3px solid var(--ink); }
a { color: var(--link); }
p { margin: .6rem 0; }
pre { background: var(--soft); border: 1px solid var(--line); border-left: 4px solid var(--link); border-radius: 4px; padding: .6rem .8rem; margin: .4rem 0 1rem 2.4rem; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; font: 14px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.step { display: flex; gap: .8rem; margin: 1.1rem 0 .3rem; font-weight: 600; }
.step b { flex: none; width: 1.6rem; height: 1.6rem; border-radius: 50%; background: var(--ink); color: var(--page); text-align: center; line-height: 1.6rem; font-size: .9rem; }
.step code { font-weight: 400; }
.warning { border: 2px solid var(--warn); border-radius: 4px; padding: .5rem .8rem; margin: .8rem 0; }
.warning b { color: var(--warn); }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; }
th, td { border: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
th { background: var(--soft); }
table.form td { height: 2.4rem; }
table.index td:first-child { font-weight: 700; white-space: nowrap; }
td code { white-space: pre-wrap; }
nav { margin: 0 0 1.5rem; }
@media print {
  :root { --ink: #000; --page: #fff; --soft: #fff; --line: #888; --link: #000; --warn: #000; }
  body { font-size: 10.5pt; max-width: none; padding: 0; }
  pre { font-size: 8.5pt; }
  .step b { background: none; color: inherit; border: 1.5px solid; line-height: 1.45rem; }
  h2 { break-before: page; margin-top: 0; }
  h2, .step { break-after: avoid; }
  pre, .warning, tr { break-inside: avoid; }
}`;

function tableOf(head: readonly string[], rows: readonly (readonly string[])[], kind?: string): string {
  const cells = (tag: string, list: readonly string[]) => list.map((one) => `<${tag}>${one}</${tag}>`).join("");
  const body = rows.map((list) => `<tr>${cells("td", list)}</tr>`).join("\n");
  return `<table${kind ? ` class="${kind}"` : ""}>\n<thead><tr>${cells("th", head.map(inline))}</tr></thead>\n<tbody>\n${body}\n</tbody></table>`;
}

function blocksHtml(blocks: readonly Block[]): string[] {
  let steps = 0;
  return blocks.map((block) => {
    switch (block.kind) {
      case "text":
        return `<p>${inline(block.text)}</p>`;
      case "warning":
        return `<p class="warning"><b>Careful.</b> ${inline(block.text)}</p>`;
      case "step":
        return `<p class="step"><b>${++steps}</b><span>${inline(block.text)}</span></p>`;
      case "command":
        return `<pre>${escaped(block.shell)}</pre>`;
      case "list":
        return `<ul>${block.items.map((item) => `<li>${inline(item)}</li>`).join("")}</ul>`;
      case "table":
        return tableOf(
          block.head,
          block.rows.map((cells) => cells.map(inline)),
          block.isForm ? "form" : undefined,
        );
    }
  });
}

function index(sections: readonly Section[]): string {
  const rows = sections.map(({ id, title, when, takes }) => [
    `<a href="#${id}">${inline(title)}</a>`,
    inline(when ?? ""),
    inline(takes ?? ""),
  ]);
  return `<nav>${tableOf(["What happened", "You see", "Takes about"], rows, "index")}</nav>`;
}

/** The page as one HTML file that loads nothing. */
export function htmlOf({ title, intro, sections }: Page): string {
  const scenarios = sections.filter(({ when }) => when !== undefined);
  const parts = sections.flatMap((section) => [
    `<h2 id="${section.id}">${inline(section.title)}</h2>`,
    ...blocksHtml(section.blocks),
  ]);
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escaped(title)}</title><style>${STYLE}\n</style></head><body>`,
    `<h1>${inline(title)}</h1>`,
    index(scenarios),
    ...blocksHtml(intro),
    ...parts,
    "</body></html>",
    "",
  ].join("\n");
}

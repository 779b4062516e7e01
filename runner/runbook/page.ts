/** A page as data, so that Markdown and HTML say the same. */

/** A piece of a section. `command` is copied and run as it is; `code` is read. In texts, backticks mark code and nothing else is marked. */
export type Block =
  | { kind: "text"; text: string }
  | { kind: "warning"; text: string }
  | { kind: "step"; text: string }
  | { kind: "command"; shell: string }
  | { kind: "list"; items: readonly string[] }
  | { kind: "table"; head: readonly string[]; rows: readonly (readonly string[])[]; isForm?: boolean };

export interface Section {
  /** Anchor: a-z and hyphens. */
  id: string;
  title: string;
  /** One line for the index; absent: the section is not a scenario. */
  when?: string;
  /** How long it takes, for the index. */
  takes?: string;
  blocks: readonly Block[];
}

export interface Page {
  title: string;
  /** Shown below the title. */
  intro: readonly Block[];
  sections: readonly Section[];
}

export const text = (content: string): Block => ({ kind: "text", text: content });
export const warning = (content: string): Block => ({ kind: "warning", text: content });
export const step = (content: string): Block => ({ kind: "step", text: content });
export const command = (shell: string): Block => ({ kind: "command", shell });
export const list = (...items: string[]): Block => ({ kind: "list", items });

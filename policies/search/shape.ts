/** A shape that a credential has and other text has not. One more shape is one more row. */
export interface Shape {
  /** What a message calls it. */
  kind: string;
  /** Texts of which one is in every match: a text that holds none is not searched for the shape. */
  hints: readonly string[];
  /** True when the hints stand for every way to write them, `secret` for `SECRET`. Then they are in lower case. */
  anyCase?: boolean;
  /** Global; takes time linear in the text, whatever the text. */
  pattern: RegExp;
  /** Sees the match, its first group, and the text around it; false lets it through. */
  accept?: (match: string, group: string, around: string) => boolean;
}

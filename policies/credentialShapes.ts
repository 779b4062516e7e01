import { ASSIGNMENTS, kindByName } from "./search/assignments";
import { CONTEXT_SHAPES } from "./search/contextShapes";
import { GITLEAKS_SHAPES } from "./search/gitleaksShapes";
import { HintIndex } from "./search/hints";
import { entropyBits, isAwsSecretKey, isBasicCredential, isMasked } from "./search/literals";
import type { Shape } from "./search/shape";
import { TOKEN_SHAPES } from "./search/tokenShapes";

/** Every shape: ours first, then those of gitleaks. */
const SHAPES: readonly Shape[] = [
  ...TOKEN_SHAPES,
  ...CONTEXT_SHAPES,
  ...GITLEAKS_SHAPES.map(([kind, hints, pattern, minEntropyBits]): Shape => {
    return { kind, hints, pattern, accept: (match) => !isMasked(match) && entropyBits(match) > minEntropyBits };
  }),
];

interface Search {
  hints: readonly string[];
  anyCase?: boolean;
  kindsIn(text: string): string[];
}

const SEARCHES = new HintIndex<Search>([
  ...SHAPES.map((shape) => ({ ...shape, kindsIn: (text: string) => (matches(shape, text) ? [shape.kind] : []) })),
  ASSIGNMENTS,
]);

/** Characters before and after a match that belong to it; a bound keeps the search linear. */
const AROUND_CHARS = 300;
/** The shortest token of the tables. */
const MIN_TOKEN_CHARS = 13;
const AWS_SECRET_NAME = /secret_?(?:access_?)?key|aws_?secret/i;

/** What a text is, beside what it holds. */
export interface NamedKind {
  kind: string;
  /** True when nothing but the name that the text stands under gives it away. */
  byName: boolean;
}

/**
 * The kinds of credential in a text, each once, in the order of the table; empty when there is none.
 * `name` is what the text is called (a property, a variable): an AWS secret key alone is 40 characters like any other
 * 40, and only its name gives it away.
 */
export function credentialKinds(text: string, name = ""): string[] {
  const kinds: string[] = [];
  for (const search of isTooShort(text) ? [] : SEARCHES.searchesFor(text)) {
    // What a name gives away is told where nothing more exact is: it is most often the same secret.
    if (search !== ASSIGNMENTS || kinds.length === 0) kinds.push(...search.kindsIn(text));
  }
  if (AWS_SECRET_NAME.test(name) && isAwsSecretKey(text.trim())) kinds.push("AWS secret access key");
  // A registry's credential in a Docker configuration, once its JSON is taken apart.
  if (name === "auth" && isBasicCredential(text.trim())) kinds.push("HTTP authorization");
  return [...new Set(kinds)];
}

/**
 * As `credentialKinds`, and where there is none: the kind of secret that the name says the text is, when the text could
 * be one. A password under `dbPassword` has no shape of its own.
 */
export function namedKinds(text: string, name: string): NamedKind[] {
  const kinds = credentialKinds(text, name).map((kind) => ({ kind, byName: false }));
  if (kinds.length > 0) return kinds;
  const kind = kindByName(name, text.trim());
  return kind === undefined ? [] : [{ kind, byName: true }];
}

/** Most texts are names and short words: without anything that parts a name from its value they hold nothing. */
function isTooShort(text: string): boolean {
  return text.length < MIN_TOKEN_CHARS && !/[\s:=<]/.test(text);
}

function matches(shape: Shape, text: string): boolean {
  if (shape.accept === undefined) return text.search(shape.pattern) >= 0;
  for (const found of text.matchAll(shape.pattern)) {
    const around = text.slice(Math.max(0, found.index - AROUND_CHARS), found.index + found[0].length + AROUND_CHARS);
    if (shape.accept(found[0], found[1] ?? "", around)) return true;
  }
  return false;
}

import { DOCUMENTS } from "./corpus/benignDocuments";
import { IDENTIFIERS } from "./corpus/benignIdentifiers";
import { REFERENCES } from "./corpus/benignReferences";
import { CARRIERS } from "./corpus/carriers";
import { CONTEXTS } from "./corpus/contexts";
import { randomOf } from "./corpus/random";
import { TOKENS } from "./corpus/tokens";

/** A text as a program would set it on a resource. */
export interface Sample {
  kind: string;
  property: string;
  text: string;
}

/** A text that holds a secret. */
export interface Leak extends Sample {
  secret: string;
}

/** Variants of each token, each in another carrier; of each context; and of each benign kind. */
const TOKEN_VARIANTS = 4;
const CONTEXT_VARIANTS = 3;
const BENIGN_VARIANTS = 5;

const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Texts that hold a credential each; the same for the same seed. */
export function leakySamples(seed: number): Leak[] {
  const random = randomOf(seed);
  let next = seed;
  const tokens = TOKENS.flatMap(([kind, make]) =>
    times(TOKEN_VARIANTS).map(() => {
      const secret = make(random);
      const carrier = CARRIERS[next++ % CARRIERS.length]!;
      return { kind, secret, ...carrier(secret, random) };
    }),
  );
  const contexts = CONTEXTS.flatMap(([kind, make]) => times(CONTEXT_VARIANTS).map(() => ({ kind, ...make(random) })));
  return [...tokens, ...contexts];
}

/** Texts that hold none; the same for the same seed. */
export function benignSamples(seed: number): Sample[] {
  const random = randomOf(seed);
  return [...IDENTIFIERS, ...REFERENCES, ...DOCUMENTS].flatMap(([kind, property, make]) =>
    times(BENIGN_VARIANTS).map(() => ({ kind, property, text: make(random) })),
  );
}

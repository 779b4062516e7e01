import { namedKinds } from "./credentialShapes";
import { propertyTexts, type FoundText } from "./texts";

/** A credential in a resource's properties, or a property that could not be searched for one. Never its value. */
export interface CredentialFinding {
  /** As in `FoundText`. */
  path: string;
  argument: string;
  /** What it is; absent when the property could not be searched. */
  kind?: string;
  /** True when nothing but the name of the property gives it away: no shape, no context. */
  byName: boolean;
}

/** Shorter names of properties hold no credential. */
const MIN_NAME_CHARS = 8;

/**
 * Every credential in a resource's properties, each kind once a text. Names of properties give away values that have no
 * shape of their own: those findings say so, since a property with such a name may be the right place for a secret.
 */
export async function credentialsIn(props: object): Promise<CredentialFinding[]> {
  const findings: CredentialFinding[] = [];
  const search = ({ path, argument, name, text }: FoundText): void => {
    if (text === undefined) findings.push({ path, argument, byName: false });
    else if (name !== "" || text.length >= MIN_NAME_CHARS) {
      for (const { kind, byName } of namedKinds(text, name)) findings.push({ path, argument, kind, byName });
    }
  };
  const { texts, assetTexts } = propertyTexts(props);
  for (const text of texts) search(text);
  for await (const text of assetTexts()) search(text);
  return findings;
}

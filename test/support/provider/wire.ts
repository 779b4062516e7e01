// Values as the engine sends them and as handlers see them. Pure.
import { Struct } from "./protobuf";

/** What the engine sends, during a preview, for a value nobody knows yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

// AWS properties are of foreign shape; every handler reads the few it knows.
export type Props = Record<string, any>;

export interface Received {
  props: Props;
  /** Top-level properties that hold a secret anywhere inside. */
  secrets: Set<string>;
}

export const isAsset = (v: unknown): v is Props => isObject(v) && v[SIGNATURE] === ASSET;
export const isArchive = (v: unknown): v is Props => isObject(v) && v[SIGNATURE] === ARCHIVE;

export function isObject(value: unknown): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The objects of a list; none when the list, or all in it, is absent or unknown. */
export const objectsOf = (value: unknown): Props[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** True when the value and everything inside it is known. */
export function known(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(known);
  if (isObject(value)) return Object.values(value).every(known);
  return value !== UNKNOWN;
}

function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  return isObject(value) && (value[SIGNATURE] === SECRET || Object.values(value).some(hasSecret));
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  if (value[SIGNATURE] === SECRET) return withoutSecrets(value["value"]);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withoutSecrets(v)]));
}

/** Opens secrets for the handlers and remembers which properties have to be closed again in the answer. */
export function received(struct: Struct | undefined): Received {
  const raw = struct?.toJavaScript() ?? {};
  const secrets = new Set(Object.keys(raw).filter((key) => hasSecret(raw[key])));
  return { props: withoutSecrets(raw) as Props, secrets };
}

/** The answer for the engine: undefined dropped, secret properties marked so that state stores them encrypted. */
export function sent(props: Props, secrets: Iterable<string> = []): Struct {
  const closed = new Set(secrets);
  const value = defined(props) as Props;
  for (const key of Object.keys(value)) {
    if (closed.has(key)) value[key] = { [SIGNATURE]: SECRET, value: value[key] };
  }
  return Struct.fromJavaScript(value);
}

function defined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(defined);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .map(([k, v]) => [k, defined(v)]),
  );
}

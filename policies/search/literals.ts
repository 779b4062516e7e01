/**
 * Whether a text that stands where a secret would is one: not a reference, a template, a blank to fill in, or code that
 * reads the secret from elsewhere.
 */

const MIN_PASSWORD_CHARS = 8;
const MIN_KEY_CHARS = 16;
const MAX_CHARS = 256;
/** Hexadecimal has 4 bits a character at most; 20 and more random characters of a wider alphabet have more than 3.2. */
const MIN_KEY_ENTROPY_BITS = 2.9;

/** A reference, a template or a blank to fill in, where a password would stand. */
export function isPlaceholder(text: string): boolean {
  return (
    /^(?:\$|\{|<|\[|\(|%[({sdvq]|%\w+%$|&[a-z]+;|!(?:Ref|Sub|GetAtt|ImportValue|vault)\b)/.test(text) ||
    /^(?:\*+|x{3,}|X{3,}|\.+|-+|_+|\?+|#+|[A-Z_]*PASS(?:WORD)?[A-Z_]*)$/.test(text)
  );
}

/** Where a secret is, not what it is. */
function isReference(text: string): boolean {
  return /^(?:arn:|\.{0,2}\/|~\/|[a-z][a-z0-9+.-]*:\/\/|[A-Za-z]:\\|\{\{|op:\/\/|(?:env|file|vault|ssm|secretsmanager|alias|resolve)[:/])|\$\{|\{\{|\$\(|%\{|<%/.test(
    text,
  );
}

/** `options.password2`, `random_password.db1.result`, `getToken(x)`, `DEFAULT_TOKEN_1`: names in code. */
function isCode(text: string): boolean {
  return (
    /^[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][A-Za-z_$]*\d{0,2})+$/.test(text) ||
    /[A-Za-z_\]][([]/.test(text) ||
    /^[A-Z]+(?:_[A-Z0-9]+)+$/.test(text) ||
    /^[A-Za-z_]*(?:pass|pwd|secret|token|key|auth|cred)[A-Za-z_]*\d{0,2}$/i.test(text)
  );
}

/** Words with a few digits, joined: what people write, not what a generator makes. */
function isWords(text: string): boolean {
  return text.split(/[-_.:/ ]/).every((part) => /^(?:[A-Za-z]{0,20}\d{0,4}|\d{5,14})$/.test(part));
}

/**
 * A password somebody wrote down: letters and digits, 8 characters or more. What has no digit is let through: it is a
 * word like any other, and a message about each of those would teach people to switch the search off.
 */
export function isLiteralPassword(text: string): boolean {
  if (text.length < MIN_PASSWORD_CHARS || text.length > MAX_CHARS) return false;
  if (!/[A-Za-z]/.test(text) || !/\d/.test(text) || /\s/.test(text)) return false;
  return !isPlaceholder(text) && !isReference(text) && !isCode(text) && !/^(?:scram-sha-\d+|sha\d+|md5)$/i.test(text);
}

/** A key or token that a generator made: long, letters and digits, and no words. */
export function isRandomLiteral(text: string): boolean {
  if (text.length < MIN_KEY_CHARS || text.length > MAX_CHARS || !/^[A-Za-z0-9+/=_.~:-]+$/.test(text)) return false;
  if (!/[A-Za-z]/.test(text) || !/\d/.test(text) || isWords(text)) return false;
  if (isDocumentedSample(text) || isMasked(text)) return false;
  return !isPlaceholder(text) && !isReference(text) && !isCode(text) && entropyBits(text) > MIN_KEY_ENTROPY_BITS;
}

/** A token as a manual prints it: masked, cut short, or with words that say so. */
export function isMasked(text: string): boolean {
  return /([xX*#.0-])\1{7}|\.\.\.$|YOUR[_-]|[_-]HERE(?![A-Za-z])|EXAMPLE|PLACEHOLDER|REDACTED|[a-z]Here$/.test(text);
}

/** AWS's documentation uses keys that end so; they open nothing. */
export function isDocumentedSample(key: string): boolean {
  return /EXAMPLE(?:KEY)?$/.test(key);
}

/** 40 characters of the alphabet AWS uses, too random for a word and not a hexadecimal digest (at most 4 bits a character). */
export function isAwsSecretKey(text: string): boolean {
  return (
    /^[A-Za-z0-9/+]{40}$/.test(text) &&
    !isDocumentedSample(text) &&
    !/^[0-9a-f]+$/i.test(text) &&
    entropyBits(text) > 4.1
  );
}

/** The text of `user:password` in base64, as HTTP's Basic authorization has it. */
export function isBasicCredential(base64: string): boolean {
  const [user = "", password = ""] = Buffer.from(base64, "base64").toString("utf8").split(":");
  return /^[\x20-\x7e]*$/.test(user + password) && password.length >= 4 && !isPlaceholder(password);
}

/** Shannon entropy in bits per character; 0 for the empty text. */
export function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

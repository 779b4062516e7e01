/** Longer ones belong to hundreds of recipients. */
export const MAX_AGE_HEADER_BYTES = 64 * 1024;
const VERSION = "age-encryption.org/v1\n";
/** One recipient: an ephemeral share, and the wrapped file key, of 32 bytes each. */
const X25519_STANZA = /^-> X25519 [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{43}\n/;
const MAC = /^--- [A-Za-z0-9+/]{43}\n/;
const NONCE_BYTES = 16;
const TAG_BYTES = 16;
const CHUNK_BYTES = 64 * 1024 + TAG_BYTES;

/**
 * What is wrong with an age file as far as its bytes show without a key; undefined when it has a whole header for exactly so
 * many X25519 recipients, and a length that an encrypted file can have. Who the recipients are no header tells.
 *
 * Format: https://c2sp.org/age
 * @param head the first `MAX_AGE_HEADER_BYTES` of the file, or all of it
 * @param fileBytes length of the file
 */
export function ageFileProblem(head: Buffer, fileBytes: number, recipients: number): string | undefined {
  let text = head.toString("latin1");
  if (!text.startsWith(VERSION)) return "is no age file";
  text = text.slice(VERSION.length);
  let found = 0;
  for (let stanza = X25519_STANZA.exec(text); stanza !== null; stanza = X25519_STANZA.exec(text)) {
    found += 1;
    text = text.slice(stanza[0].length);
  }
  if (!MAC.test(text)) return "has an age header that is damaged, cut, or for other recipients than X25519 keys";
  if (found !== recipients) {
    return `is encrypted to ${found} ${found === 1 ? "recipient" : "recipients"}, the manifest says ${recipients}`;
  }
  const headerBytes = head.length - text.length + MAC.exec(text)![0].length;
  const lastChunkBytes = (fileBytes - headerBytes - NONCE_BYTES) % CHUNK_BYTES;
  const isEmpty = fileBytes - headerBytes - NONCE_BYTES === TAG_BYTES;
  const isPossible = fileBytes >= headerBytes + NONCE_BYTES + TAG_BYTES;
  if (isPossible && (isEmpty || lastChunkBytes === 0 || lastChunkBytes > TAG_BYTES)) return undefined;
  return `has ${fileBytes} bytes, which no age file with its header can have`;
}

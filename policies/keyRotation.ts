import type { RemediatedResource } from "./definition";
import { isA } from "./resourceTypes";
import { at, UNKNOWN, type Unknown } from "./unknowns";

/** Where each spelling says what KMS could not rotate, with the one value that it can. */
const ROTATABLE: readonly (readonly [string, unknown])[] = [
  ["customerMasterKeySpec", "SYMMETRIC_DEFAULT"],
  ["keySpec", "SYMMETRIC_DEFAULT"],
  ["keyUsage", "ENCRYPT_DECRYPT"],
  ["origin", "AWS_KMS"],
  ["customKeyStoreId", undefined],
  ["xksKeyId", undefined],
];

/**
 * Whether KMS can rotate a key by itself: not an asymmetric or HMAC key, nor imported material, nor a custom key store.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
 */
export function isRotatable(props: object): boolean | Unknown {
  const values = ROTATABLE.map(([argument, rotatable]) => ({ value: at(props, argument), rotatable }));
  const others = values.filter(({ value, rotatable }) => value !== undefined && value !== rotatable);
  if (others.some(({ value }) => value !== UNKNOWN)) return false;
  return others.length > 0 ? UNKNOWN : true;
}

/** A key with its rotation on; undefined where it is on, or not known, or might not be possible. */
export function withRotation({ type, props }: RemediatedResource): Record<string, unknown> | undefined {
  const rotation = at(props, "enableKeyRotation") ?? false;
  return isA("kmsKey", type) && rotation === false && isRotatable(props) === true
    ? { ...props, enableKeyRotation: true }
    : undefined;
}

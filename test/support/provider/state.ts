// The state of a resource as the engine stores it, and inputs in the form in which handlers take them. Pure.
import type { Handler } from "./handler";
import { isObject, UNKNOWN, type Props } from "./wire";

// Text in AWS, but a program may give an object; the AWS provider writes it as JSON.
const JSON_PROPERTIES = ["policy", "assumeRolePolicy", "redrivePolicy", "filterPolicy", "deliveryPolicy"];

export const asText = (inputs: Props): Props =>
  Object.fromEntries(
    Object.entries(inputs).map(([k, v]) => [
      k,
      JSON_PROPERTIES.includes(k) && isObject(v) ? JSON.stringify(v) : (v as unknown),
    ]),
  );

const without = (props: Props, key: string): Props =>
  Object.fromEntries(Object.entries(props).filter(([k]) => k !== key));
const isRegional = (handler: Handler): boolean => !handler.type.startsWith("aws:iam/");
export const isTagged = (handler: Handler): boolean => handler.computed.includes("tagsAll");

/** What the engine stores: inputs, what is derived from them, and what AWS computed. */
export function outputs(
  handler: Handler,
  id: string,
  inputs: Props,
  region: string,
  effectiveTags: Props,
  computed: Props,
): Props {
  const plain = without(inputs, "__defaults");
  return {
    ...plain,
    ...(isRegional(handler) ? { region } : {}),
    ...(isTagged(handler) ? { tagsAll: effectiveTags } : {}),
    ...computed,
    id,
  };
}

export const unknownOutputs = (handler: Handler): Props =>
  Object.fromEntries(handler.computed.filter((key) => key !== "tagsAll").map((key) => [key, UNKNOWN]));

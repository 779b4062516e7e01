import { iso27001, type ResourceRule } from "../definition";
import { isRotatable, withRotation } from "../keyRotation";
import { isA } from "../resourceTypes";
import { at, UNKNOWN } from "../unknowns";

/**
 * Refuses customer keys whose yearly rotation is off. At the level `remediate` it is switched on, which costs a little
 * and breaks nothing: KMS keeps the old material for what it encrypted.
 *
 * Severity medium. Judged are symmetric keys for encryption with material from KMS: it cannot rotate asymmetric and HMAC
 * keys, imported material (`aws.kms.ExternalKey` among it) and custom key stores. A replica follows its primary. Values
 * that are not known are noted and judged at the update.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
 */
export const awsKmsKeyRotation: ResourceRule = {
  name: "aws-kms-key-rotation",
  displayName: "Customer keys are rotated",
  description: "Every symmetric customer managed KMS key must have automatic rotation on.",
  severity: "medium",
  framework: iso27001("A.8.24", "Use of cryptography"),
  tags: ["SOC2-CC6.1", "CIS-AWS-3.0.0-3.6"],
  remediationSteps: "Set enableKeyRotation to true on the key.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
  judges: ["kmsKey"],
  judgeResource: (resource, verdict) => {
    if (!isA("kmsKey", resource.type)) return;
    const rotation = at(resource.props, "enableKeyRotation");
    const rotatable = isRotatable(resource.props);
    if (rotation === true || rotatable === false) return;
    if (rotation === UNKNOWN || rotatable === UNKNOWN) {
      verdict.unknown(
        resource,
        `"${resource.name}": whether the key is rotated, or can be, is not known yet; it is judged at the update.`,
      );
    } else {
      verdict.violation(
        resource,
        `"${resource.name}": enableKeyRotation must be true, got ${rotation === undefined ? "nothing" : "false"}; set it.`,
      );
    }
  },
  remediate: withRotation,
};

import type { ResourceValidation } from "@pulumi/policy";
import { RESOURCE_TYPES, type ResourceConcept } from "./resourceTypes";
import { rawProps } from "./unknowns";

/**
 * What programs asked for, kept for all rules of a pack that read it. One rule listens for all of them: the SDK unpacks
 * every resource anew for each rule that has a validator, which would be most of a pack's time.
 */
export class InputsMemory {
  private readonly inputs = new Map<string, object>();
  private readonly types = new Set<string>();
  private listener: object | undefined;

  /** Keeps the inputs of these kinds of resource, too. */
  keep(concepts: readonly ResourceConcept[]): void {
    for (const concept of concepts) for (const type of RESOURCE_TYPES[concept]) this.types.add(type);
  }

  /** What the program asked for; undefined where nobody listened. */
  of(urn: string): object | undefined {
    return this.inputs.get(urn);
  }

  /**
   * The validator by which a rule listens; undefined once another rule does. Whoever is asked first listens: the SDK asks
   * no rule that is disabled, so that switching rules off leaves another one listening.
   */
  validatorOf(rule: object): ResourceValidation | undefined {
    if (this.listener !== undefined && this.listener !== rule) return undefined;
    return (args) => {
      this.listener = rule;
      if (this.types.has(args.type)) this.inputs.set(args.urn, rawProps(args.props));
    };
  }
}

/** Mutants that no stack can tell from the rule, each with the reason. */
export const EQUIVALENT: Record<string, readonly { mutant: string; because: string }[]> = {};

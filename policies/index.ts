/** The rules of the packs as a library: compose a pack of your own with `createPack`. */
export { createPack, policiesFor, type PackSettings, type RuleSetting } from "./createPack";
export type { ResourceRule, Rule, StackRule } from "./rule";
export { allRules as rules, credentialsRules, PACKS, storageRules } from "./rules";

/** The rules of the packs as a library: compose a pack of your own with `createPack`. */
export type { BuiltPolicy } from "./buildPolicy";
export { createPack, policiesFor, type PackParts, type PackSettings, type RuleSetting } from "./createPack";
export type { ResourceRule, Rule, StackRule, Verdict } from "./definition";
export type { Exemption } from "./exemptions";
export type { Stack, StackResource } from "./stack";
export { allRules as rules, backupRules, credentialsRules, PACKS, storageRules } from "./rules";

import { compileFunction } from "node:vm";
import { transformSync } from "esbuild";
import * as ts from "typescript";

/** A rule's source with one check taken out. */
export interface Mutant {
  /** `line 42: removed verdict.violation(bucket, …)`. */
  what: string;
  source: string;
}

/**
 * Every mutant of a source: each report removed; each condition held true and held false; each side of `&&` and `||`
 * taken alone; each filter, some and every that passes over what it was written for. In the order of the source.
 */
export function mutantsOf(source: string, fileName: string): Mutant[] {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.ES2022, true);
  const mutants: Mutant[] = [];
  const replace = (node: ts.Node, by: string, how: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    const text = node.getText().replace(/\s+/g, " ");
    mutants.push({
      what: `line ${line + 1}: ${how} ${text.length > 70 ? `${text.slice(0, 69)}…` : text}`,
      source: source.slice(0, node.getStart()) + by + source.slice(node.getEnd()),
    });
  };
  const condition = (node: ts.Expression): void => {
    replace(node, "true", "held true:");
    replace(node, "false", "held false:");
  };
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && isReport(node.expression)) replace(node, ";", "removed");
    if (ts.isIfStatement(node)) condition(node.expression);
    if (ts.isConditionalExpression(node)) condition(node.condition);
    if (ts.isBinaryExpression(node) && isLogical(node)) {
      replace(node, node.left.getText(), "left side alone of");
      replace(node, node.right.getText(), "right side alone of");
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return mutants;
}

/** The module that a mutant exports; what it imports is the original. */
export function loadMutant(mutant: Mutant, requireFrom: (id: string) => unknown): Record<string, unknown> {
  const { code } = transformSync(mutant.source, { loader: "ts", format: "cjs", target: "node20" });
  const module = { exports: {} as Record<string, unknown> };
  const evaluate = compileFunction(code, ["require", "module", "exports"]) as (...args: unknown[]) => void;
  evaluate(requireFrom, module, module.exports);
  return module.exports;
}

function isReport(expression: ts.Expression): boolean {
  return (
    ts.isCallExpression(expression) &&
    ts.isPropertyAccessExpression(expression.expression) &&
    ["violation", "unknown", "note"].includes(expression.expression.name.text)
  );
}

function isLogical({ operatorToken }: ts.BinaryExpression): boolean {
  return (
    operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken || operatorToken.kind === ts.SyntaxKind.BarBarToken
  );
}

/** Logical name of a child: `<component>-<role>`. These names are contract: changing one replaces the resource. */
export function childName(name: string, ...role: string[]): string {
  return [name, ...role].join("-");
}

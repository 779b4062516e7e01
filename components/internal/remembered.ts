/** A calculation that is done once for each text. Only for what follows from the text alone. */
export function remembered<V>(calculate: (text: string) => V): (text: string) => V {
  const values = new Map<string, V>();
  return (text) => {
    if (!values.has(text)) values.set(text, calculate(text));
    return values.get(text)!;
  };
}

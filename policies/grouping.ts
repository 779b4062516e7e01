/** Entries by each of their keys, in their order. Linear: a group grows in place. An entry stands once in a group. */
export function groupedBy<E, K>(entries: readonly E[], keysOf: (entry: E) => readonly K[]): Map<K, E[]> {
  const groups = new Map<K, E[]>();
  for (const entry of entries) {
    for (const key of new Set(keysOf(entry))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [entry]);
      else group.push(entry);
    }
  }
  return groups;
}

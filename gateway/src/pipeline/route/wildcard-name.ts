/** Names with a star in them. */

export interface Wildcard {
  /** As it is written. */
  readonly name: string
  /** What stands on either side of the star, in lower case. */
  readonly before: string
  readonly after: string
}

/** Of all virtual models, the most particular first. */
export function wildcardsIn(names: readonly string[]): readonly Wildcard[] {
  return names
    .filter((name) => name.includes('*'))
    .map((name) => {
      const [before = '', after = ''] = name.toLowerCase().split('*')
      return { name, before, after }
    })
    .toSorted((a, b) => fixed(b) - fixed(a))
}

/** How much of a name it fixes. */
export function fixed({ before, after }: Wildcard): number {
  return before.length + after.length
}

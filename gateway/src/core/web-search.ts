/** A search of the web that the provider runs, in the words its languages share. Shapes only. */

export interface WebSearch {
  /** Nothing is found elsewhere than on these sites: a promise, never widened. */
  readonly allowed?: readonly string[]
  /** Nothing is found on these: as binding. */
  readonly blocked?: readonly string[]
  /** Only what the provider has stored; nothing is fetched for it. As binding. */
  readonly offline?: boolean
  readonly maxUses?: number
  /** Roughly where the user is. */
  readonly place?: SearchPlace
  /** How much of what is found the model reads: `low`, `medium`, `high`. */
  readonly contextSize?: string
  /** Names of what else the client said of it, which only its own language has. */
  readonly others?: readonly string[]
}

export type SearchPlace = Readonly<Partial<Record<'city' | 'region' | 'country' | 'timezone', string>>>

/** Where a value came from, and how that place is named to people. */

export interface Origin {
  readonly source: 'flag' | 'environment' | '.env' | 'file' | 'preset' | 'default'
  /** The flag, variable, file or preset; absent for defaults. */
  readonly name?: string
  readonly line?: number
}

/** `environment PORT`, `sluice.toml:12`, `flag --port`. */
export function placeOf(origin: Origin): string {
  const name = origin.name ?? ''
  switch (origin.source) {
    case 'file':
      return origin.line === undefined ? name : `${name}:${origin.line}`
    case 'default':
      return 'built-in default'
    case 'flag':
    case 'environment':
    case '.env':
    case 'preset':
      return `${origin.source} ${name}`
  }
}

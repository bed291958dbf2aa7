/** What is wrong with a configuration, told in one line each. Secrets never stand in here. */

export interface Problem {
  /** `sluice.toml:12`, `environment PORT`. */
  readonly where: string
  /** The setting concerned; empty when it is the whole source. */
  readonly field: string
  readonly message: string
  /** What to do instead. */
  readonly suggestion?: string
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join('\n'))
    this.problems = problems
  }
}

export function problemLine({ where, field, message, suggestion }: Problem): string {
  const subject = field === '' ? where : `${where}: ${field}`
  return suggestion === undefined ? `${subject}: ${message}` : `${subject}: ${message} (${suggestion})`
}

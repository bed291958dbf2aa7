/**
 * Which models may be asked for: one rule per line, `#` a remark, `*` and `?` as in file names, `!` an exclusion. Exclusions win; without
 * any rule that lets in, all others are in (requirement G51).
 */

export class ModelFilter {
  readonly #exact = new Set<string>()
  readonly #patterns: RegExp[] = []
  readonly #excluded: RegExp[] = []

  constructor(lines: readonly string[]) {
    for (const line of lines) {
      const rule = line.replace(/(?:^|\s)#.*$/, '').trim()
      if (rule === '' || rule === '!') continue
      if (rule.startsWith('!')) this.#excluded.push(globbed(rule.slice(1).trim()))
      else if (/[*?]/.test(rule)) this.#patterns.push(globbed(rule))
      else this.#exact.add(rule.toLowerCase())
    }
  }

  /** `names`: all by which one model goes, such as `a` and `provider:a`. */
  allows(names: readonly string[]): boolean {
    if (names.some((name) => this.#excluded.some((pattern) => pattern.test(name)))) return false
    if (this.#exact.size + this.#patterns.length === 0) return true
    return names.some(
      (name) => this.#exact.has(name.toLowerCase()) || this.#patterns.some((pattern) => pattern.test(name)),
    )
  }
}

/** A pattern as in file names, for a whole name in any case. */
export function globbed(pattern: string): RegExp {
  const plain = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${plain.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i')
}

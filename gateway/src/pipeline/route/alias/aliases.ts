/** Names that stand for others: which alias a name means, and where its chain ends. */

import { GatewayError } from '#core'
import { RecentMap } from '../../recent-map.ts'

export type AliasTable = Readonly<Record<string, string>>

export interface AliasParts {
  /** Of the whole house. */
  readonly global: AliasTable
  /** By provider; of those that exist. */
  readonly own: ReadonlyMap<string, AliasTable>
  /** By provider; they hold as whole names only, where no other alias fits. */
  readonly whole?: ReadonlyMap<string, AliasTable>
  /** Of every provider, behind its prefix: the weakest of all, and as whole names only. */
  readonly defaults?: AliasTable | undefined
  /** Names that are no aliases, whatever they contain: models some provider lists. */
  readonly known: ReadonlySet<string>
  /** Whose aliases a name without a prefix may mean. */
  readonly defaultProvider: string | undefined
  /** Whether an alias is found inside a longer name. */
  readonly substrings: boolean
  readonly maxChain: number
  readonly cacheSize: number
  /** Milliseconds a found alias is remembered. */
  readonly cacheMs: number
  readonly now: () => number
}

/** Where a chain of aliases ends. */
export interface AliasEnd {
  /** Absent: the end names no provider. */
  readonly provider?: string
  readonly model: string
  /** The names on the way, the first as it was asked. */
  readonly chain: readonly string[]
}

export interface AliasStatistics {
  readonly hits: number
  readonly misses: number
  readonly size: number
}

interface Alias {
  readonly name: string
  readonly target: string
  /** Absent: the house's. */
  readonly owner: string | undefined
}

interface Remembered {
  readonly end: AliasEnd | undefined
  readonly at: number
}

export class Aliases {
  readonly #parts: AliasParts
  readonly #tables = new Map<string, readonly Alias[]>()
  readonly #whole = new Map<string, readonly Alias[]>()
  readonly #defaults: readonly Alias[]
  readonly #providers: ReadonlySet<string>
  /** Providers with aliases of their own. */
  readonly #owners: ReadonlySet<string>
  readonly #cache: RecentMap<string, Remembered>
  /** Findings to tell at the start. */
  readonly warnings: readonly string[]
  #hits = 0
  #misses = 0

  constructor(parts: AliasParts) {
    this.#parts = parts
    this.#cache = new RecentMap(Math.max(1, parts.cacheSize))
    this.#providers = new Set(parts.own.keys())
    const bad: string[] = []
    this.#tables.set('', aliasesOf(parts.global, undefined, bad))
    for (const [name, table] of parts.own) this.#tables.set(name, aliasesOf(table, name, bad))
    for (const [name, table] of parts.whole ?? []) this.#whole.set(name, aliasesOf(table, name, bad))
    // Those of the house are the same and more: what is wrong with them is told there.
    this.#defaults = aliasesOf(parts.defaults ?? {}, undefined, [])
    const tables = [...this.#tables, ...this.#whole]
    this.#owners = new Set(tables.flatMap(([name, aliases]) => (aliases.length === 0 ? [] : [name])))
    this.warnings = [...bad, ...this.#cycles()]
  }

  get empty(): boolean {
    return [...this.#tables.values(), ...this.#whole.values()].every((table) => table.length === 0)
  }

  /** As they are configured, by provider; those of the house stand under the name of nobody. */
  tables(): { readonly provider: string; readonly name: string; readonly target: string }[] {
    const { global, own } = this.#parts
    return [['', global] as const, ...own].flatMap(([provider, table]) =>
      Object.entries(table).map(([name, target]) => ({ provider, name, target: target.trim() })),
    )
  }

  get statistics(): AliasStatistics {
    return { hits: this.#hits, misses: this.#misses, size: this.#cache.size }
  }

  /**
   * What a name means: in the scope of a provider where it stands behind its prefix, else in that of the house and the default provider.
   * Undefined: it is no alias. Throws `invalid-request` for a chain that is too long or bites its own tail.
   */
  find(name: string, provider?: string): AliasEnd | undefined {
    // Most have none, and what is put together to be looked up costs as much as all the rest of routing.
    if (provider !== undefined && !this.#owners.has(provider) && this.#defaults.length === 0) return undefined
    const key = `${provider ?? ''}\n${name}`
    const now = this.#parts.now()
    const known = this.#cache.get(key)
    if (known !== undefined && now - known.at < this.#parts.cacheMs) {
      this.#hits++
      return known.end
    }
    this.#misses++
    const end = this.#follow(name, provider)
    this.#cache.set(key, { end, at: now })
    return end
  }

  #follow(name: string, provider: string | undefined): AliasEnd | undefined {
    const first = this.#match(name, this.#scope(provider)) ?? this.#wholeName(name, provider)
    if (first === undefined) return undefined
    const chain = [name]
    let end = this.#endOf(first)
    for (;;) {
      chain.push(end.provider === undefined ? end.model : `${end.provider}:${end.model}`)
      // Only whole names lead on: what an alias stands for may well contain its name.
      const next = exact(end.model, this.#scope(end.provider))
      if (next === undefined || next.target === end.model) return { ...end, chain }
      if (chain.length > this.#parts.maxChain) throw endless(chain, `longer than ${this.#parts.maxChain}`)
      end = this.#endOf(next)
      if (chain.includes(end.provider === undefined ? end.model : `${end.provider}:${end.model}`)) {
        throw endless([...chain, end.model], 'a circle')
      }
    }
  }

  /** A bare target belongs to the alias's owner. */
  #endOf({ target, owner }: Alias): { provider?: string; model: string } {
    const colon = target.indexOf(':')
    const prefix = target.slice(0, Math.max(0, colon)).toLowerCase()
    if (this.#providers.has(prefix)) return { provider: prefix, model: target.slice(colon + 1) }
    return owner === undefined ? { model: target } : { provider: owner, model: target }
  }

  /** The strongest first. */
  #scope(provider: string | undefined): readonly (readonly Alias[])[] {
    const { defaultProvider } = this.#parts
    const names = provider === undefined ? [defaultProvider ?? '', ''] : [provider]
    return names.map((name) => this.#tables.get(name) ?? [])
  }

  #wholeName(name: string, provider: string | undefined): Alias | undefined {
    const own = exact(name, [this.#whole.get(provider ?? this.#parts.defaultProvider ?? '') ?? []])
    if (own !== undefined || provider === undefined) return own
    const shared = exact(name, [this.#defaults])
    return shared === undefined ? undefined : { ...shared, owner: provider }
  }

  #match(name: string, scope: readonly (readonly Alias[])[]): Alias | undefined {
    const whole = exact(name, scope)
    if (whole !== undefined || !this.#parts.substrings || this.#parts.known.has(name)) return whole
    const plain = plainly(name)
    // The longest says most of what was meant; then the default provider's, then the first by name.
    return scope
      .flat()
      .filter((alias) => plain.includes(alias.name))
      .reduce<Alias | undefined>(
        (best, alias) => (best === undefined || alias.name.length > best.name.length ? alias : best),
        undefined,
      )
  }

  #cycles(): string[] {
    return [...this.#tables].flatMap(([owner, table]) =>
      table.flatMap(({ name }) => {
        try {
          this.#follow(name, owner === '' ? undefined : owner)
          return []
        } catch (thrown) {
          return thrown instanceof GatewayError ? [thrown.message] : []
        }
      }),
    )
  }
}

function aliasesOf(table: AliasTable, owner: string | undefined, bad: string[]): readonly Alias[] {
  const where = owner === undefined ? 'aliases' : `providers.${owner}.aliases`
  const aliases = Object.entries(table).flatMap(([name, text]): Alias[] => {
    const target = text.trim()
    const plain = plainly(name)
    const fault =
      plain === ''
        ? 'has no name'
        : target === ''
          ? 'leads nowhere'
          : plainly(target) === plain
            ? 'means itself'
            : undefined
    if (fault !== undefined || /[@\s]/.test(target)) {
      bad.push(`${where}.${name} ${fault ?? `has a target that is no model ("${target}")`} and is left out`)
      return []
    }
    return [{ name: plain, target, owner }]
  })
  return aliases.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function exact(name: string, scope: readonly (readonly Alias[])[]): Alias | undefined {
  const plain = plainly(name)
  for (const table of scope) {
    const found = table.find((alias) => alias.name === plain)
    if (found !== undefined) return found
  }
  return undefined
}

/** Case, and dash or underscore, make no difference. */
function plainly(name: string): string {
  return name.trim().toLowerCase().replaceAll('_', '-')
}

function endless(chain: readonly string[], what: string): GatewayError {
  return new GatewayError('invalid-request', `The chain of aliases ${chain.join(' → ')} is ${what}.`, {
    param: 'model',
    code: 'alias_chain',
  })
}

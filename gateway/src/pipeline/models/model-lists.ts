/**
 * The lists of models that providers give. Each is asked for once in a while: until then it is answered from memory, after a restart from
 * disk where a place for it is named, and while its provider cannot be asked the last one that came is shown as what it is, stale. Nobody
 * waits for long; what comes later is kept for those who ask next.
 */

import { type Clock, GatewayError, isObject, type ModelInfo, parseJson, type Timer } from '#core'
import type { Provider } from '#providers'
import { fetchJson } from '../fetch-json.ts'
import { RecentMap } from '../recent-map.ts'
import { toldError } from '../told-error.ts'

export interface ListRules {
  readonly enabled: boolean
  /** Milliseconds a list is good; absent means five minutes in memory, a day on disk. */
  readonly ttlMs?: number
  /** Milliseconds that a list of several providers waits for one of them; absent means a second and a half. */
  readonly waitMs?: number
}

export interface Listing {
  /** Under the provider's own names. */
  readonly models: readonly ModelInfo[]
  readonly source: 'configured' | 'provider' | 'memory' | 'disk'
  /** Epoch milliseconds at which the provider gave it. */
  readonly at: number
  /** The provider could not be asked. */
  readonly stale: boolean
  /** The body as it came; absent when it came from nobody. */
  readonly text?: string
}

export interface ListWish {
  /** Asks the provider, whatever is known. */
  readonly refresh?: boolean
  readonly callerKey?: string | undefined
  /** Milliseconds to wait. */
  readonly limitMs?: number
  /** It is one of several lists that are shown together: others must not wait long, and for one that has failed not at all. */
  readonly amongOthers?: boolean
}

/** A list on disk. */
export interface KeptList {
  /** Epoch milliseconds. */
  readonly at: number
  readonly text: string
}

/** Where lists outlive the process. */
export interface ListStore {
  read(name: string): Promise<KeptList | undefined>
  write(name: string, list: KeptList): Promise<void>
}

export interface ListParts {
  readonly clock: Clock
  readonly rules?: ListRules
  readonly store?: ListStore | undefined
  readonly onFault: (fault: unknown) => void
}

interface Failure {
  readonly at: number
  readonly error: unknown
}

interface Entry {
  readonly models: readonly ModelInfo[]
  readonly ids: ReadonlySet<string>
  readonly text: string
  readonly at: number
  readonly source: 'provider' | 'disk'
  /** Monotonic milliseconds until which it is good. */
  readonly goodUntil: number
}

const MEMORY_MS = 5 * 60_000
const DISK_MS = 24 * 3_600_000
/** Claude Code gives a model list three seconds. */
const LIMIT_MS = 2500
/** And it is not the only one that waits for all of them together. */
const AMONG_OTHERS_MS = 1500
/** How long a provider may take when nobody waits any more. */
const CALL_MS = 10_000
/** A provider that has just failed is not waited for again by everybody who asks. */
const REST_MS = 10_000
/** Callers with keys of their own have lists of their own. */
const MOST = 64

export class ModelLists {
  readonly #clock: Clock
  readonly #onFault: (fault: unknown) => void
  readonly #entries = new RecentMap<string, Entry>(MOST)
  /** By those who could not be asked, until they can be again. */
  readonly #failed = new RecentMap<string, Failure>(MOST)
  readonly #underWay = new Map<string, Promise<Listing>>()
  readonly #configuredIds = new WeakMap<Provider, ReadonlySet<string>>()
  #rules: ListRules
  #store: ListStore | undefined

  constructor({ clock, rules = { enabled: true }, store, onFault }: ListParts) {
    this.#clock = clock
    this.#rules = rules
    this.#store = store
    this.#onFault = onFault
  }

  configure(rules: ListRules, store: ListStore | undefined): void {
    this.#rules = rules
    this.#store = store
  }

  /** Rejects with the provider's error when there is nothing to show. */
  async list(provider: Provider, wish: ListWish = {}): Promise<Listing> {
    if (provider.models.length > 0) return this.#configured(provider)
    const key = keyOf(provider, wish.callerKey)
    const remembers = this.#rules.enabled && wish.refresh !== true
    const kept = remembers ? this.#entries.get(key) : undefined
    if (kept !== undefined && this.#clock.now() < kept.goodUntil) return shown(kept, 'memory')
    const failure = remembers ? this.#failed.get(key) : undefined
    const rests = failure !== undefined && this.#clock.now() - failure.at < REST_MS
    if (kept !== undefined && rests) return shown(kept, 'memory', true)
    const find = () => this.#shared(key, () => this.#find(provider, key, wish))
    if (failure === undefined || wish.amongOthers !== true)
      return await this.#waited(provider, key, find(), wish)
    // Whoever asks next will see what has come of it.
    if (!rests) find().catch(() => {})
    if (kept === undefined) throw failure.error
    return shown(kept, 'memory', true)
  }

  /** The provider's own body, as it comes or came. */
  async raw(provider: Provider, wish: ListWish = {}): Promise<Listing & { readonly text: string }> {
    const listing = await this.list({ ...provider, models: [] }, wish)
    return { ...listing, text: listing.text ?? '' }
  }

  /**
   * Which models a provider has, as far as that is known without asking: what the configuration lists, else the last list that came.
   * Undefined: nobody knows.
   */
  known(provider: Provider): ReadonlySet<string> | undefined {
    if (provider.models.length > 0) return this.#idsOf(provider)
    return provider.passthrough ? undefined : this.#entries.get(keyOf(provider, undefined))?.ids
  }

  /** What came from a provider that is not the same any more. */
  forget(name: string): void {
    const gone = [...this.#entries.entries()].filter(([key]) => key.startsWith(`${name} `))
    for (const [key] of gone) this.#entries.delete(key)
    const failed = [...this.#failed.entries()].filter(([key]) => key.startsWith(`${name} `))
    for (const [key] of failed) this.#failed.delete(key)
  }

  /** Lists that are on disk become known before anybody asks for them. */
  async warm(providers: Iterable<Provider>): Promise<void> {
    const silent = [...providers].filter(({ models, passthrough }) => models.length === 0 && !passthrough)
    await Promise.all(
      silent.map(async (provider) => {
        const key = keyOf(provider, undefined)
        const kept = await this.#fromDisk(provider, key)
        if (kept !== undefined && this.#entries.get(key) === undefined) this.#entries.set(key, kept)
      }),
    )
  }

  /** Lists that are kept in memory, and how many there may be. */
  get kept(): { readonly size: number; readonly most: number } {
    return { size: this.#entries.size, most: MOST }
  }

  /** Milliseconds a list is good in memory. */
  get ttlMs(): number {
    return this.#rules.enabled ? (this.#rules.ttlMs ?? MEMORY_MS) : 0
  }

  #configured(provider: Provider): Listing {
    const models = provider.models.map((id) => ownModel(provider, { id }))
    return { models, source: 'configured', at: this.#clock.wall(), stale: false }
  }

  #idsOf(provider: Provider): ReadonlySet<string> {
    let ids = this.#configuredIds.get(provider)
    if (ids === undefined) {
      ids = new Set(provider.models)
      this.#configuredIds.set(provider, ids)
    }
    return ids
  }

  /** Whoever asks for the same at the same time waits for the same answer. */
  #shared(key: string, find: () => Promise<Listing>): Promise<Listing> {
    const under = this.#underWay.get(key)
    if (under !== undefined) return under
    const started = find().finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, started)
    return started
  }

  /** What comes after the time for waiting is kept all the same. */
  #waited(provider: Provider, key: string, coming: Promise<Listing>, wish: ListWish): Promise<Listing> {
    const { enabled, waitMs = AMONG_OTHERS_MS } = this.#rules
    const patienceMs = wish.limitMs ?? (wish.amongOthers === true ? waitMs : LIMIT_MS)
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined
      // Heard before anything else can go wrong: nobody else may be listening.
      coming.then(resolve, reject).finally(() => timer?.cancel())
      timer = this.#clock.timer(patienceMs, () => {
        const late = new GatewayError('timeout', 'The provider did not answer in time.')
        const error = toldError(late, { provider }, [])
        const last = enabled ? this.#entries.get(key) : undefined
        if (enabled) this.#failed.set(key, { at: this.#clock.now(), error })
        if (last === undefined) reject(error)
        else resolve(shown(last, last.source === 'disk' ? 'disk' : 'memory', true))
      })
    })
  }

  async #find(provider: Provider, key: string, wish: ListWish): Promise<Listing> {
    const { enabled } = this.#rules
    if (enabled && wish.refresh !== true && this.#entries.get(key) === undefined) {
      const kept = await this.#fromDisk(provider, key)
      if (kept !== undefined) {
        this.#entries.set(key, kept)
        if (this.#clock.now() < kept.goodUntil) return shown(kept, 'disk')
      }
    }
    try {
      const entry = await this.#ask(provider, wish)
      this.#entries.set(key, entry)
      this.#failed.delete(key)
      if (enabled && !provider.passthrough) this.#toDisk(key, entry)
      return shown(entry, 'provider')
    } catch (thrown) {
      const last = this.#entries.get(key)
      if (enabled) this.#failed.set(key, { at: this.#clock.now(), error: thrown })
      if (!enabled || last === undefined) throw thrown
      return shown(last, last.source === 'disk' ? 'disk' : 'memory', true)
    }
  }

  async #ask(provider: Provider, { callerKey, limitMs: patienceMs = 0 }: ListWish): Promise<Entry> {
    const path = provider.dialect.models.path
    const limitMs = Math.max(CALL_MS, patienceMs)
    const { text, wire } = await fetchJson(provider, { method: 'GET', path, limitMs, callerKey }, this.#clock)
    const models = provider.dialect.models.decode(wire).map((model) => ownModel(provider, model))
    // Some servers tell their failures with status 200.
    if (models.length === 0 && isObject(wire) && 'error' in wire)
      throw toldError(
        provider.dialect.errors.decode(502, () => undefined, text),
        { provider },
        [],
      )
    return this.#entry(models, text, this.#clock.wall(), 'provider', this.ttlMs)
  }

  #entry(
    models: readonly ModelInfo[],
    text: string,
    at: number,
    source: Entry['source'],
    goodMs: number,
  ): Entry {
    const ids = new Set(models.map(({ id }) => id))
    return { models, ids, text, at, source, goodUntil: this.#clock.now() + goodMs }
  }

  async #fromDisk(provider: Provider, key: string): Promise<Entry | undefined> {
    if (!this.#rules.enabled || provider.passthrough) return undefined
    try {
      const kept = await this.#store?.read(key)
      const wire = kept === undefined ? undefined : parseJson(kept.text)
      if (kept === undefined || wire === undefined) return undefined
      const models = provider.dialect.models.decode(wire).map((model) => ownModel(provider, model))
      const left = (this.#rules.ttlMs ?? DISK_MS) - (this.#clock.wall() - kept.at)
      return this.#entry(models, kept.text, kept.at, 'disk', Math.min(left, this.ttlMs))
    } catch (fault) {
      // What stands there is no list: the provider is asked as if nothing did.
      if (!(fault instanceof GatewayError)) this.#onFault(fault)
      return undefined
    }
  }

  /** Nobody waits for it. */
  #toDisk(key: string, { at, text }: Entry): void {
    this.#store?.write(key, { at, text }).catch(this.#onFault)
  }
}

function shown(entry: Entry, source: Listing['source'], stale = false): Listing {
  return { models: entry.models, source, at: entry.at, stale, text: entry.text }
}

function ownModel(provider: Provider, model: ModelInfo): ModelInfo {
  return { ownedBy: provider.name, ...model, provider: provider.name }
}

/** Another address, language or caller may see other models. */
function keyOf(
  { name, type, dialect, baseUrl, passthrough, keys }: Provider,
  callerKey: string | undefined,
): string {
  const whose = passthrough && callerKey !== undefined ? keys.fingerprint(callerKey) : ''
  return `${name} ${type} ${dialect.name} ${baseUrl} ${whose}`
}

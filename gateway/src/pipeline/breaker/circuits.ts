/**
 * The circuits of all targets: one per provider, or one per model of it; embeddings have their own, since an outage of theirs leaves chats
 * working (requirement M44). Bounded: names of models come from clients.
 */

import type { Clock, Random } from '#core'
import type { Target } from '../exchange.ts'
import { RecentMap } from '../recent-map.ts'
import type { Bar } from '../vitals.ts'
import { Circuit, type CircuitState } from './circuit.ts'
import type { BreakerRules } from './rules.ts'

export interface CircuitsParts {
  readonly clock: Clock
  readonly random: Random
  readonly rules: BreakerRules
  /** `model` where each has a circuit of its own; `embeddings` for those of a whole provider. */
  readonly onChange: (provider: string, model: string | undefined, state: CircuitState) => void
}

/** What may be told of a provider's circuit. */
export interface CircuitView {
  /** For chats; of several models, that of the one which may be asked soonest. */
  readonly state: CircuitState
  /** In a row; of several models, the most. */
  readonly failures: number
  /** Milliseconds until somebody may ask. */
  readonly waitMs: number
  /** Those of several models, and of `embeddings`, that are not closed. */
  readonly models: Readonly<Record<string, CircuitState>>
}

const PROVIDERS = 1000
/** Per provider. */
const MODELS = 500
/** In place of a model where a provider has one circuit. */
const ALL = ''
const EMBEDDINGS = 'embeddings'

export class Circuits {
  #parts: CircuitsParts
  readonly #providers = new RecentMap<string, RecentMap<string, Circuit>>(PROVIDERS)

  constructor(parts: CircuitsParts) {
    this.#parts = parts
  }

  get rules(): BreakerRules {
    return this.#parts.rules
  }

  /** Other rules from now on. What was counted by other ones is worth nothing. */
  configure(rules: BreakerRules): void {
    if (sameRules(rules, this.rules)) return
    this.#parts = { ...this.#parts, rules }
    for (const [provider] of this.#providers.entries()) this.forget(provider)
  }

  forget(provider: string): void {
    this.#providers.delete(provider)
  }

  of({ provider, model }: Target, embeds = false): Circuit {
    const circuits = this.#circuitsOf(provider.name)
    const name = this.#nameOf(model, embeds)
    let circuit = circuits.get(name)
    if (circuit === undefined) {
      circuit = this.#newCircuit(provider.name, name)
      circuits.set(name, circuit)
    }
    return circuit
  }

  /** Why a target should not be asked now. */
  bar({ provider, model }: Target, embeds = false): Bar | undefined {
    return this.#providers.get(provider.name)?.get(this.#nameOf(model, embeds))?.bar()
  }

  view(provider: string): CircuitView {
    const known = this.#providers.get(provider)
    // Asked after every request, and nearly always there is nothing to tell.
    if (known === undefined || isQuiet(known)) return QUIET
    const circuits = [...(this.#providers.get(provider)?.entries() ?? [])]
    const all = circuits.map(([, circuit]) => circuit)
    const forChats = this.rules.perModel
      ? all
      : circuits.filter(([name]) => name === ALL).map(([, circuit]) => circuit)
    const best = forChats.toSorted((a, b) => a.waitMs - b.waitMs || rank(a) - rank(b))[0]
    const ill = circuits.filter(([name, { state }]) => name !== ALL && state !== 'closed')
    return {
      state: best?.state ?? 'closed',
      failures: Math.max(0, ...all.map(({ failures }) => failures)),
      waitMs: best?.waitMs ?? 0,
      models: Object.fromEntries(ill.map(([name, { state }]) => [name, state])),
    }
  }

  /** The open ones may be tried at once. */
  endRests(provider: string): void {
    for (const [, circuit] of this.#providers.get(provider)?.entries() ?? []) circuit.endRest()
  }

  /** Closes them, whatever was counted. */
  reset(provider: string): void {
    for (const [, circuit] of this.#providers.get(provider)?.entries() ?? []) circuit.reset()
  }

  #nameOf(model: string, embeds: boolean): string {
    if (this.rules.perModel) return model
    return embeds ? EMBEDDINGS : ALL
  }

  #circuitsOf(provider: string): RecentMap<string, Circuit> {
    let circuits = this.#providers.get(provider)
    if (circuits === undefined) {
      circuits = new RecentMap(this.rules.perModel ? MODELS : 2)
      this.#providers.set(provider, circuits)
    }
    return circuits
  }

  #newCircuit(provider: string, name: string): Circuit {
    const { clock, random, rules, onChange } = this.#parts
    const model = name === ALL ? undefined : name
    return new Circuit({ clock, random, rules, onChange: (state) => onChange(provider, model, state) })
  }
}

function sameRules(one: BreakerRules, other: BreakerRules): boolean {
  const values = new Map<string, unknown>(Object.entries(other))
  return Object.entries(one).every(([name, value]) => values.get(name) === value)
}

function rank({ state }: Circuit): number {
  return state === 'closed' ? 0 : state === 'half_open' ? 1 : 2
}

const QUIET: CircuitView = { state: 'closed', failures: 0, waitMs: 0, models: {} }

function isQuiet(circuits: RecentMap<string, Circuit>): boolean {
  for (const circuit of circuits.values()) {
    if (circuit.state !== 'closed' || circuit.failures > 0) return false
  }
  return true
}

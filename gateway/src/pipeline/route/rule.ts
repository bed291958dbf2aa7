/** What a rule of resolution is asked, and what it may answer. */

import type { FallbackName, StrategyName } from '#core'
import type { HeaderSource, Provider } from '#providers'
import type { Target } from '../exchange.ts'
import type { Aliases } from './alias/aliases.ts'
import type { Client } from './client.ts'
import type { ModelFilter } from './model-filter.ts'
import type { TableEntry } from './model-owners.ts'
import type { Wildcard } from './wildcard-name.ts'

export interface RouteRules {
  readonly defaultProvider: string | undefined
  /** Virtual models: name to `provider:model` targets in order. */
  readonly virtual: ReadonlyMap<string, readonly string[]>
  /** Those of them whose name has a `*`, in the order of looking. */
  readonly wildcards?: readonly Wildcard[]
  readonly aliases?: Aliases
  /** Names that tell whose they are, in the order of looking. */
  readonly table?: readonly TableEntry[]
  /** What a virtual model says besides its targets. */
  readonly groups?: ReadonlyMap<string, GroupRules>
  /** Of the whole house; a group's own and the request's are stronger. */
  readonly strategy?: StrategyName | undefined
  readonly fallback?: FallbackName | undefined
  /** Milliseconds to first content beyond which a cheap target is no bargain. */
  readonly slowMs?: number | undefined
  /** What may be asked for; absent: everything. */
  readonly filter?: ModelFilter
  /** Which models a provider has, as far as that is known without asking. */
  readonly known?: (provider: Provider) => ReadonlySet<string> | undefined
  /** Whether a prefix that names nobody is an error and not part of a model's name. */
  readonly strictPrefix?: boolean
  /** Providers that are switched off. */
  readonly disabled?: readonly string[]
  /** False: the order of the rule is the order of trying, whatever a strategy would say. */
  readonly loadBalancing?: boolean
}

export type GroupRules = Pick<Choice, 'strategy' | 'fallback' | 'weights'>

/** What a request says about where it wants to go. */
export interface Wish {
  readonly model: string
  readonly headers: HeaderSource
  /** Who asks; absent: somebody without a name. */
  readonly client?: Client | undefined
  /** Only asked about: nobody's turn is taken. */
  readonly dry?: boolean
}

export interface Question {
  readonly wish: Wish
  readonly rules: RouteRules
  readonly providers: ReadonlyMap<string, Provider>
}

export interface Rule {
  readonly name: string
  /** Undefined: the rule has nothing to say. Throws `not-found` or `invalid-request` when the wish cannot be met. */
  choose(question: Question): Choice | undefined
}

/** One target, or a group in the place of one. */
export type Unit = Target | Group

export interface Group extends GroupRules {
  /** Strategies that take turns do so within a pool of this name. */
  readonly pool: string
  readonly units: readonly Unit[]
}

/** What a rule found. */
export interface Choice {
  readonly targets: readonly Target[]
  /** Where groups are among the targets: what is ordered in place of these, each group in itself. */
  readonly units?: readonly Unit[]
  /** How the rule came to them, for the trace: a chain of aliases, a pattern. */
  readonly detail?: string
  /** How the targets are to be ordered; absent: as the house does, which without a strategy is the order they stand in. */
  readonly strategy?: StrategyName
  /** Who comes next after a failure; absent: as the house does. */
  readonly fallback?: FallbackName
  /** Shares of the targets, in their order, for `weighted`; absent: those of their providers. */
  readonly weights?: readonly number[]
  /** Strategies that take turns do so within a pool of this name; absent: the rule's. */
  readonly pool?: string
  /** Nobody but these may be asked, whatever fallback is configured: the wish names them, or they are all a group has. */
  readonly closed?: boolean
}

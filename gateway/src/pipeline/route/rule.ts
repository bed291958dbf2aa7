/** What a rule of resolution is asked, and what it may answer. */

import type { HeaderSource, Provider } from '#providers'
import type { Target } from '../exchange.ts'

export interface RouteRules {
  readonly defaultProvider: string | undefined
  /** Virtual models: name to `provider:model` targets in order. */
  readonly virtual: ReadonlyMap<string, readonly string[]>
}

/** What a request says about where it wants to go. */
export interface Wish {
  readonly model: string
  readonly headers: HeaderSource
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

/** What a rule found. */
export interface Choice {
  readonly targets: readonly Target[]
  /** How the targets are to be ordered; absent: they stand in the order of trying. */
  readonly strategy?: string
}

/** A middleware that has been initialised, and the calls the configuration gives it. */

import type { Middleware } from './middleware.ts'

export interface Running {
  readonly middleware: Middleware
  /** Milliseconds that each hook may take; 0 is no limit. */
  readonly limitMs: number
  /** Names of providers; absent means all. */
  readonly providers?: ReadonlySet<string>
  /** Absent means all. */
  readonly models?: RegExp
}

export function covers({ providers, models }: Running, provider: string, model: string): boolean {
  if (providers?.has(provider) === false) return false
  return models?.test(model) ?? true
}

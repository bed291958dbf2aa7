/** Decides whether and in what form a request may enter: the output limits that configuration sets. */

import type { Step } from './step.ts'

export interface AdmitRules {
  /** Tokens; absent means no limit. */
  readonly maxTokens?: number
  readonly minTokens?: number
}

export function admit(rules: AdmitRules): Step {
  const { maxTokens, minTokens } = rules
  return (next) => (exchange) => {
    const asked = exchange.head.maxOutputTokens
    if (asked !== undefined) {
      if (minTokens !== undefined && asked < minTokens) exchange.maxOutputTokens = minTokens
      if (maxTokens !== undefined && asked > maxTokens) exchange.maxOutputTokens = maxTokens
    }
    return next(exchange)
  }
}

/** Decides whether and in what form a request may enter: the output limits that configuration sets. */

import type { Exchange } from './exchange.ts'
import type { Step } from './step.ts'

export interface AdmitRules {
  /** Tokens; absent means no limit. */
  readonly maxTokens?: number
  readonly minTokens?: number
}

export function admit(rules: AdmitRules): Step {
  return (next) => (exchange) => {
    limitOutput(exchange, rules)
    return next(exchange)
  }
}

export function limitOutput(exchange: Exchange, { maxTokens, minTokens }: AdmitRules): void {
  const asked = exchange.head.maxOutputTokens
  if (asked === undefined) return
  if (minTokens !== undefined && asked < minTokens) exchange.maxOutputTokens = minTokens
  if (maxTokens !== undefined && asked > maxTokens) exchange.maxOutputTokens = maxTokens
}

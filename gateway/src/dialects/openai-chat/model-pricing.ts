/** Prices in a list of models, as OpenRouter writes them and chat clients read them: dollars for one token, as text. */

import type { JsonObject, ModelPrice } from '#core'

const MILLION = 1_000_000

export function pricingOf(price: ModelPrice | undefined): JsonObject | undefined {
  if (price === undefined) return undefined
  return {
    prompt: perToken(price.input),
    completion: perToken(price.output),
    ...(price.cacheRead === undefined ? {} : { input_cache_read: perToken(price.cacheRead) }),
    ...(price.cacheWrite === undefined ? {} : { input_cache_write: perToken(price.cacheWrite) }),
  }
}

/** Undefined where it is not said for both ways; below nothing means that it depends. */
export function priceIn(pricing: JsonObject | undefined): ModelPrice | undefined {
  const input = perMillion(pricing, 'prompt')
  const output = perMillion(pricing, 'completion')
  if (input === undefined || output === undefined) return undefined
  const cacheRead = perMillion(pricing, 'input_cache_read')
  const cacheWrite = perMillion(pricing, 'input_cache_write')
  return {
    input,
    output,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
  }
}

function perToken(dollars: number): string {
  const text = (dollars / MILLION).toFixed(12)
  return text.replace(/\.?0+$/, '')
}

function perMillion(pricing: JsonObject | undefined, field: string): number | undefined {
  const value = pricing?.[field]
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const dollars = Number(value)
  // Twelve figures are more than any price has; the rest is noise of the arithmetic.
  return value === '' || !(dollars >= 0) ? undefined : Number((dollars * MILLION).toPrecision(12))
}

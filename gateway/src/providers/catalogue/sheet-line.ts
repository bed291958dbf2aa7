/** One line of the generated catalogue, read. The generator says what stands in it. */

import type { ModelAbility, ModelPrice, ModelSheet, PriceTier, Rates } from '#core'

const ABILITIES: ReadonlyMap<string, ModelAbility> = new Map([
  ['t', 'tools'],
  ['v', 'vision'],
  ['r', 'thinking'],
])

export function sheetOf(line: string): ModelSheet {
  const [, input = '', output = '', read = '', written = '', context = '', most = '', flags = '', ...rest] =
    line.split(' ')
  const rates = ratesOf(input, output, read, written)
  const tiers = rest.filter((word) => word.startsWith('>')).flatMap((word) => tierOf(word) ?? [])
  const price: ModelPrice | undefined =
    rates === undefined ? undefined : { ...rates, ...(tiers.length === 0 ? {} : { tiers }) }
  const name = rest.slice(tiers.length).join(' ')
  const contextWindow = numberFrom(context)
  const maxOutput = numberFrom(most)
  const abilities = abilitiesOf(flags)
  return {
    ...(name === '' ? {} : { name }),
    ...(price === undefined ? {} : { price }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(abilities === undefined ? {} : { abilities }),
  }
}

function ratesOf(input: string, output: string, read: string, written: string): Rates | undefined {
  const rates = { input: numberFrom(input), output: numberFrom(output) }
  if (rates.input === undefined || rates.output === undefined) return undefined
  const cacheRead = numberFrom(read)
  const cacheWrite = numberFrom(written)
  return {
    input: rates.input,
    output: rates.output,
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWrite }),
  }
}

function tierOf(word: string): PriceTier | undefined {
  const [above = '', input = '', output = '', read = '', written = ''] = word.slice(1).split(':')
  const rates = ratesOf(input, output, read, written)
  return rates === undefined ? undefined : { above: Number(above), ...rates }
}

/** `?`: the source does not say, and what nobody knows forbids nothing. */
function abilitiesOf(flags: string): readonly ModelAbility[] | undefined {
  if (flags === 'e') return ['embedding']
  if (flags === '?') return undefined
  return ['completion', ...flags.split('').flatMap((flag) => ABILITIES.get(flag) ?? [])]
}

function numberFrom(text: string): number | undefined {
  return text === '-' || text === '' ? undefined : Number(text)
}

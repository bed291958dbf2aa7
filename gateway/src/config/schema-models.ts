/** The part of the schema about models: what is known of them, how long their lists are good, which are the top ones. */

import type { ModelAbility } from '#core'
import { z } from 'zod'
import { flag, number, seconds, table, text, word } from './schema-values.ts'

const ABILITIES = [
  'completion',
  'tools',
  'vision',
  'thinking',
  'embedding',
  'insert',
] as const satisfies readonly ModelAbility[]

const abilityWord = `must be a list of ${ABILITIES.join(', ')}`

function price() {
  return number('dollars per million tokens, 0 or more', { min: 0, max: 1_000_000 })
}

function tokenCount() {
  return number('a whole number of tokens, 1 or more', { min: 1, max: 1_000_000_000, whole: true })
}

/** In variables a list is written with commas. */
function patterns() {
  return z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : value,
    z.array(text(), 'must be a list of texts'),
  )
}

export const modelFactsSettings = z.record(
  z.string(),
  table({
    name: text().optional(),
    input_price: price().optional(),
    output_price: price().optional(),
    cache_read_price: price().optional(),
    cache_write_price: price().optional(),
    context: tokenCount().optional(),
    max_output: tokenCount().optional(),
    abilities: z.array(z.enum(ABILITIES, abilityWord), abilityWord).optional(),
  }).refine(
    ({ input_price: input, output_price: output }) => (input === undefined) === (output === undefined),
    {
      message: 'needs input_price and output_price together',
    },
  ),
  'must be a table of models',
)

export const modelCacheSettings = table({
  enabled: flag().optional(),
  ttl_hours: number('a number of hours, 0 or more', { min: 0, max: 100_000 }).optional(),
  wait: seconds().optional(),
})

export const topModelsSettings = table({
  source: word().optional(),
  rankings_file: text('a path').optional(),
  timeout: seconds().optional(),
  exclude: patterns().optional(),
})

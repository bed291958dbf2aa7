/** The part of the schema that says which plugins and middlewares there are. */

import { z } from 'zod'
import { flag, number, seconds, table, text, texts, word } from './schema-values.ts'

export const pluginSettings = table({
  modules: texts().optional(),
  hook_timeout: seconds().optional(),
})

const one = table({
  use: word().optional(),
  module: text('a path or the name of a package').optional(),
  options: z.record(z.string(), z.json(), 'must be a table').optional(),
  providers: texts().optional(),
  models: texts().optional(),
  hook_timeout: seconds().optional(),
  enabled: flag().optional(),
}).refine(({ use, module }) => (use === undefined) !== (module === undefined), {
  message: 'must have either use, the name of a built-in one, or module',
})

export const middlewareSettings = z.array(one, 'must be a list of tables with use or module')

export const signatureSettings = table({
  enabled: flag().optional(),
  max_size: number('a whole number from 1 to 1000000', { min: 1, max: 1_000_000, whole: true }).optional(),
  ttl: seconds().optional(),
  sweep_interval: seconds().optional(),
})

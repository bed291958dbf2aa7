/** The part of the schema that says what is kept of what was decided. */

import { number, table, text } from './schema-values.ts'

export const traceSettings = table({
  size: number('a whole number from 0 to 1000000', { min: 0, max: 1_000_000, whole: true }).optional(),
  file: text('a path').optional(),
})

/** What kind of value each key of the file takes, out of the schema, in words for readers. */

import { z } from 'zod'
import { settingsSchema } from './schema.ts'
import { isTable } from './setting.ts'

type Schema = Readonly<Record<string, unknown>>

/** Bounds from here on only keep out mistakes. */
const ENDLESS = 1_000_000

/** Tells it of a key with `*` for names, in Markdown. Made when it is wanted: the start of the gateway does not pay for it. */
export function keyTypes(): (key: string) => string {
  const root: unknown = z.toJSONSchema(settingsSchema, { io: 'output', unrepresentable: 'any' })
  return (key) => typeOf(schemaAt(root, key.split('.')))
}

function schemaAt(schema: unknown, [part, ...rest]: readonly string[]): unknown {
  if (part === undefined || !isTable(schema)) return schema
  const { properties, additionalProperties } = schema
  const next = isTable(properties) ? properties[part] : additionalProperties
  return schemaAt(next, rest)
}

function typeOf(schema: unknown): string {
  if (!isTable(schema)) return 'anything'
  const { type, enum: words, items } = schema
  if (Array.isArray(words)) return words.map((word) => `\`${String(word)}\``).join(', ')
  switch (type) {
    case 'string':
      return 'text'
    case 'boolean':
      return 'switch'
    case 'integer':
      return `whole number${boundsOf(schema)}`
    case 'number':
      return `number${boundsOf(schema)}`
    case 'array':
      return `list: ${typeOf(items)}`
    case 'object':
      return 'table'
    default:
      return 'anything'
  }
}

function boundsOf({ minimum, maximum }: Schema): string {
  if (typeof minimum !== 'number' || typeof maximum !== 'number') return ''
  return maximum < ENDLESS ? `, ${minimum} to ${maximum}` : `, ${minimum} or more`
}

/** The schema of the file for editors, in JSON Schema: with the spellings and texts that a file may use in place of plain values. */

import { z } from 'zod'
import { SPELLINGS } from './canonical.ts'
import { meaningOf } from './meanings.ts'
import { settingsSchema } from './schema.ts'
import { isTable } from './setting.ts'

type Json = Record<string, unknown>

const VARIABLE = String.raw`\$\{`
const NUMBER_TEXT = { type: 'string', pattern: String.raw`^\s*[-+]?\d|${VARIABLE}` }
const SWITCH_TEXT = { type: 'string', pattern: `^(?:true|1|yes|on|false|0|no|off)$|${VARIABLE}` }
const ANY_TEXT = { type: 'string', pattern: VARIABLE }
/** Keys with dashes are the same keys; a pattern cannot say which. */
const DASHED = { '^[a-z]+(?:-[a-z]+)+$': {} }

export function jsonSchema(): Json {
  const plain = z.toJSONSchema(settingsSchema, { io: 'output', unrepresentable: 'any' })
  const root = loosened(plain, [])
  const properties = isTable(root.properties) ? root.properties : {}
  const providers = isTable(properties.providers) ? properties.providers : {}
  const provider = isTable(providers.additionalProperties) ? providers.additionalProperties : {}
  const own = isTable(provider.properties) ? provider.properties : {}
  const entry = { ...provider, properties: { name: { type: 'string' }, ...own } }
  return {
    ...root,
    title: 'Configuration of Sluice',
    properties: {
      $schema: { type: 'string' },
      ...properties,
      providers: {
        description: 'Providers by name, or as a list of entries that carry one.',
        anyOf: [
          { type: 'object', additionalProperties: { $ref: '#/$defs/provider' } },
          { type: 'array', items: { $ref: '#/$defs/provider' } },
        ],
      },
    },
    $defs: { provider: entry },
  }
}

/** The same place, open for what the reader of files understands beside it. */
function loosened(schema: unknown, at: readonly string[]): Json {
  if (!isTable(schema)) return {}
  const description = meaningOf(at.join('.'))
  const told = description === undefined ? {} : { description }
  if (isTable(schema.properties)) return { ...told, ...object(schema, schema.properties, at) }
  if (isTable(schema.additionalProperties)) {
    return {
      ...told,
      type: 'object',
      additionalProperties: loosened(schema.additionalProperties, [...at, '*']),
    }
  }
  if (schema.type === 'array') {
    const items = loosened(schema.items, [...at, '*'])
    const isTexts = isTable(schema.items) && schema.items.type === 'string'
    const list = { type: 'array', items }
    return isTexts ? { ...told, anyOf: [list, { type: 'string' }] } : { ...told, ...list }
  }
  return { ...told, ...leaf(schema) }
}

function object(schema: Json | Readonly<Json>, properties: Readonly<Json>, at: readonly string[]): Json {
  const entries = Object.entries(properties).map(([key, value]): [string, Json] => {
    const inner = loosened(value, [...at, key])
    // A plain list of models is short for one without classes.
    const isModels = at.length === 2 && at[0] === 'providers' && key === 'models'
    return [key, isModels ? { anyOf: [inner, { type: 'array', items: { type: 'string' } }] } : inner]
  })
  const named = new Map(entries)
  const spelled = [...SPELLINGS].flatMap(([spelling, [head = '', ...rest]]): [string, Json][] => {
    const target = named.get(head)
    if (target === undefined || named.has(spelling)) return []
    return [[spelling, rest.length === 0 ? target : leaf({ type: 'number' })]]
  })
  return {
    type: 'object',
    properties: Object.fromEntries([...entries, ...spelled]),
    ...(Array.isArray(schema.required) ? { required: schema.required } : {}),
    patternProperties: DASHED,
    additionalProperties: false,
  }
}

/** `null` is a value left out; a variable may stand anywhere. */
function leaf(schema: Json | Readonly<Json>): Json {
  const { type, enum: words, minimum, maximum } = schema
  const nothing = { type: 'null' }
  if (Array.isArray(words)) return { anyOf: [{ enum: words }, ANY_TEXT, nothing] }
  if (type === 'boolean') return { anyOf: [{ type }, SWITCH_TEXT, nothing] }
  if (type === 'number' || type === 'integer') {
    const bounds = {
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    }
    return { anyOf: [{ type, ...bounds }, NUMBER_TEXT, nothing] }
  }
  return type === 'string' ? { type: ['string', 'null'] } : {}
}

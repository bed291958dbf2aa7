/** Questions to the schema itself: which keys it has, and where. */

import { z } from 'zod'
import { providerSettings, settingsSchema } from './schema.ts'

export type Shape =
  | { readonly kind: 'table'; readonly keys: ReadonlyMap<string, z.core.$ZodType> }
  /** A table whose keys are the user's own names. */
  | { readonly kind: 'named'; readonly value: z.core.$ZodType }
  | { readonly kind: 'leaf' }

export function shapeOf(schema: z.core.$ZodType): Shape {
  if (schema instanceof z.ZodOptional) return shapeOf(schema.unwrap())
  if (schema instanceof z.ZodObject) return { kind: 'table', keys: new Map(Object.entries(schema.shape)) }
  if (schema instanceof z.ZodRecord) return { kind: 'named', value: schema.valueType }
  return { kind: 'leaf' }
}

export const ROOT: z.core.$ZodType = settingsSchema
export const PROVIDER: z.core.$ZodType = providerSettings

/** The keys allowed at a place; none when it is no table. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.core.$ZodType = ROOT
  for (const part of path) {
    const next = childOf(schema, String(part))
    if (next === undefined) return []
    schema = next
  }
  const shape = shapeOf(schema)
  return shape.kind === 'table' ? [...shape.keys.keys()] : []
}

function childOf(schema: z.core.$ZodType, key: string): z.core.$ZodType | undefined {
  const shape = shapeOf(schema)
  switch (shape.kind) {
    case 'table':
      return shape.keys.get(key)
    case 'named':
      return shape.value
    case 'leaf':
      return undefined
  }
}

/** Every key of the file, `*` for a name of the user's: what the reference page has to explain. */
export function allKeys(schema: z.core.$ZodType = ROOT, prefix = ''): readonly string[] {
  const shape = shapeOf(schema)
  const under = (key: string) => (prefix === '' ? key : `${prefix}.${key}`)
  switch (shape.kind) {
    case 'table':
      return [...shape.keys].flatMap(([key, value]) => allKeys(value, under(key)))
    case 'named':
      return allKeys(shape.value, under('*'))
    case 'leaf':
      return [prefix]
  }
}

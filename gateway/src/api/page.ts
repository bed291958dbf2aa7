/** The table as a page for readers. */

import { CHAPTERS } from './chapters.ts'
import { REQUEST_HEADERS, RESPONSE_HEADERS } from './headers.ts'
import { asJson, type Json, shapeSchemas } from './openapi.ts'
import { type Chapter, type Operation, shownPath } from './operation.ts'
import { type ShapeName, SHAPES } from './shapes.ts'

export function apiPage(): string {
  const schemas = shapeSchemas()
  return `${[
    '# API',
    'Made from the table that the routes are checked against: `sluice openapi --page` prints this page, `sluice openapi` and\n`GET /openapi.json` the same as OpenAPI 3.1. What happens behind each path is told in [endpoints](../guide/endpoints.md).',
    '## Who may ask',
    WHO,
    ...CHAPTERS.map(chapterText),
    '## Headers of requests',
    headerTable(REQUEST_HEADERS),
    '## Headers of answers',
    headerTable(RESPONSE_HEADERS),
    '## Shapes',
    '`Registration` and `ProviderChange` are the [settings of a provider](configuration.md), the first with `name` and `provider_type`. A field\nwith a question mark may be missing.',
    ...Object.keys(SHAPES)
      .toSorted()
      // Keys of a record of shapes.
      .map((name) => shapeText(name, schemas[name as ShapeName])),
  ].join('\n\n')}\n`
}

const WHO = [
  '| word | who |',
  '| --- | --- |',
  '| open | anybody |',
  '| client | who shows the gate key or a client’s key, where there is one |',
  '| keyed | the same, or who shows the admin key |',
  '| look | who shows the admin key where there is one, else who passes as a client |',
  '| admin | who shows the admin key; where there is none, callers on the gateway’s own machine |',
].join('\n')

function chapterText({ title, says, language, query = {}, operations }: Chapter): string {
  const about = [
    says,
    ...(language === undefined ? [] : [`[The language](${language}).`]),
    ...queryTexts(query),
  ]
  const alike = Map.groupBy(operations, ({ path, says: word }) => `${shownPath(path)} ${word}`)
  const rows = [...alike.values()].map(rowOf)
  const head = ['|  | path | who |  |', '| --- | --- | --- | --- |']
  return [`## ${title}`, '', about.join(' '), '', ...head, ...rows].join('\n')
}

/** One row for operations that differ in their methods alone. */
function rowOf(operations: readonly Operation[]): string {
  const [first] = operations
  if (first === undefined) return ''
  const { path, says, entrance, query = {}, body, answer } = first
  const told = [
    says,
    ...queryTexts(query),
    ...(body === undefined ? [] : [`Takes ${linked(body)}.`]),
    ...(answer === undefined ? [] : [`Answers ${linked(answer)}.`]),
  ]
  const methods = operations.map(({ method }) => method).join(', ')
  return `| ${methods} | \`${shownPath(path)}\` | ${entrance} | ${told.join(' ')} |`
}

function queryTexts(query: Readonly<Record<string, string>>): string[] {
  const texts = Object.entries(query).map(([name, meaning]) => `\`?${name}=\` ${meaning}`)
  return texts.length === 0 ? [] : [`${texts.join('; ')}.`]
}

function linked(name: ShapeName): string {
  return name in SHAPES ? `[${name}](#${name.toLowerCase()})` : `[${name}](#shapes)`
}

function headerTable(headers: Readonly<Record<string, string>>): string {
  const rows = Object.entries(headers).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
  return ['| header | what it is |', '| --- | --- |', ...rows].join('\n')
}

function shapeText(name: string, schema: Json): string {
  const about = typeof schema['description'] === 'string' ? `${schema['description']}\n\n` : ''
  return `### ${name}\n\n${about}\`\`\`ts\n${typeText(schema, '')}\n\`\`\``
}

/** A schema in the words of TypeScript. */
function typeText(schema: Json, indent: string): string {
  const { $ref: reference, enum: words, const: word, anyOf, type, items } = schema
  if (typeof reference === 'string') return reference.replace(/^.*\//, '')
  if (Array.isArray(words)) return words.map((one) => JSON.stringify(one)).join(' | ')
  if (word !== undefined) return JSON.stringify(word)
  if (Array.isArray(anyOf)) return anyOf.map((one: Json) => typeText(one, indent)).join(' | ')
  if (Array.isArray(type)) return type.join(' | ')
  if (type === 'array') return listText(typeText(asJson(items), indent))
  if (type === 'object') return objectText(schema, indent)
  if (type === 'integer') return 'integer'
  return typeof type === 'string' ? type : 'unknown'
}

function listText(item: string): string {
  return /^[\w"]+$/.test(item) || item.startsWith('{') ? `${item}[]` : `(${item})[]`
}

function objectText(schema: Json, indent: string): string {
  const { properties, additionalProperties: others, required } = schema
  const inner = `${indent}  `
  const needed = new Set(Array.isArray(required) ? required : [])
  const lines = Object.entries(asJson(properties)).map(([name, value]) => {
    const one = asJson(value)
    const meaning = typeof one['description'] === 'string' ? ` // ${one['description']}` : ''
    return `${inner}${name}${needed.has(name) ? '' : '?'}: ${typeText(one, inner)}${meaning}`
  })
  if (others !== false) lines.push(`${inner}[name: string]: ${typeText(asJson(others), inner)}`)
  return `{\n${lines.join('\n')}\n${indent}}`
}

/** The table as an OpenAPI 3.1 document. */

import { z } from 'zod'
import { jsonSchema } from '#config'
import { CHAPTERS } from './chapters.ts'
import { REQUEST_HEADERS, RESPONSE_HEADERS } from './headers.ts'
import { type Chapter, type Entrance, type Operation, placesIn, shownPath } from './operation.ts'
import { type ShapeName, SHAPES } from './shapes.ts'

export type Json = Readonly<Record<string, unknown>>

export function openApi(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version,
      description: 'One gate between everything that talks to language models and everything that answers.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: CHAPTERS.map(({ title, says, language }) => ({
      name: title,
      description: says,
      ...(language === undefined ? {} : { externalDocs: { url: language } }),
    })),
    paths: pathsOf(CHAPTERS),
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The gate key, a client’s key or the admin key.',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        googleKey: { type: 'apiKey', in: 'header', name: 'x-goog-api-key' },
        adminKey: { type: 'apiKey', in: 'header', name: 'x-admin-key' },
      },
      headers: Object.fromEntries(
        Object.entries(RESPONSE_HEADERS).map(([name, description]) => [
          name,
          { description, schema: { type: 'string' } },
        ]),
      ),
      parameters: Object.fromEntries(
        Object.entries(REQUEST_HEADERS).map(([name, description]) => [
          name,
          { name, in: 'header', description, schema: { type: 'string' } },
        ]),
      ),
      schemas: shapeSchemas(),
    },
  }
}

/** Every shape by name, as JSON Schema; one that stands in another is referred to. */
export function shapeSchemas(): Readonly<Record<ShapeName, Json>> {
  const registry = z.registry<{ id: string }>()
  for (const [id, shape] of Object.entries(SHAPES)) registry.add(shape, { id })
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input' })
  const own = Object.entries(schemas).map(([name, schema]) => [name, within(schema)])
  return {
    ...Object.fromEntries(own),
    ...providerShapes(),
    // Every shape of the table is in the registry.
  } as Readonly<Record<ShapeName, Json>>
}

/** Part of a document: without marks of a document of its own. */
function within(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'))
}

/** A provider as a configuration file has it, with what management says beside it. */
function providerShapes(): Json {
  const { $defs } = jsonSchema()
  const provider = asJson(asJson($defs)['provider'])
  const { name, ...properties } = asJson(provider['properties'])
  const all = { allOf: [reference('ProviderSettings')], unevaluatedProperties: false }
  const type = { provider_type: { type: 'string' } }
  return {
    ProviderSettings: { type: 'object', properties, patternProperties: provider['patternProperties'] ?? {} },
    ProviderChange: { ...all, description: 'null takes a field away.', type: 'object', properties: type },
    Registration: {
      ...all,
      type: 'object',
      properties: { name: name ?? { type: 'string' }, ...type },
      required: ['name', 'provider_type'],
    },
  }
}

function pathsOf(chapters: readonly Chapter[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const chapter of chapters) {
    for (const operation of chapter.operations) {
      const path = (paths[shownPath(operation.path)] ??= {})
      path[operation.method.toLowerCase()] = operationOf(operation, chapter)
    }
  }
  return paths
}

function operationOf(operation: Operation, { title, language, query: shared }: Chapter): Json {
  const { method, path, says, entrance, body, answer } = operation
  const query = { ...shared, ...operation.query }
  const takesBody = method === 'POST' || method === 'PUT' || method === 'PATCH'
  const isForeign = language !== undefined && takesBody
  return {
    operationId: idOf(operation),
    tags: [title],
    summary: says,
    security: SECURITY[entrance],
    parameters: [
      ...placesIn(path).map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query).map(([name, description]) => ({
        name,
        in: 'query',
        description,
        schema: { type: 'string' },
      })),
      ...(isForeign ? ROUTING_HEADERS.map((name) => ({ $ref: `#/components/parameters/${name}` })) : []),
    ],
    ...(body === undefined ? {} : { requestBody: { content: json(reference(body)) } }),
    ...(body === undefined && isForeign ? { requestBody: { content: json({ type: 'object' }) } } : {}),
    responses: {
      200: {
        description: says,
        ...(answer === undefined ? {} : { content: json(reference(answer)) }),
        ...(isForeign ? { headers: ANSWER_HEADERS } : {}),
      },
      default: {
        description: 'An error, in the words of the language or of management.',
        content: json(language === undefined ? reference('Problem') : { type: 'object' }),
      },
    },
  }
}

const ROUTING_HEADERS = Object.keys(REQUEST_HEADERS).filter((name) => name !== 'X-Admin-Key')

const ANSWER_HEADERS = Object.fromEntries(
  Object.keys(RESPONSE_HEADERS).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
)

const CLIENT = [{ bearer: [] }, { apiKey: [] }, { googleKey: [] }, {}]
const ADMIN = [{ bearer: [] }, { apiKey: [] }, { adminKey: [] }, {}]

/** Without a key configured none is asked for, which is what the empty requirement says. */
const SECURITY: Readonly<Record<Entrance, readonly Json[]>> = {
  open: [],
  client: CLIENT,
  keyed: [...CLIENT, { adminKey: [] }],
  look: ADMIN,
  admin: ADMIN,
}

/** Unique as method and path are: `post_v1_chat_completions`. */
function idOf({ method, path }: Operation): string {
  return `${method}${path}`
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '_')
    .replace(/_$/, '')
}

function reference(name: ShapeName): Json {
  return { $ref: `#/components/schemas/${name}` }
}

function json(schema: Json): Json {
  return { 'application/json': { schema } }
}

/** An empty one where there is none. */
export function asJson(value: unknown): Json {
  // An object has only its own keys, whatever they hold.
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

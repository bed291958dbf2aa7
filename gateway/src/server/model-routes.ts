/** The lists of models in the shape the caller understands, and single models. */

import type { Context } from 'hono'
import { GatewayError } from '#core'
import { anthropic, type Dialect, gemini, openaiChat } from '#dialects'
import { effectiveDefault, knownNames } from '#pipeline'
import type { Provider } from '#providers'
import type { House } from './context.ts'
import { allModels, findModel, listOf, rawList } from './model-list.ts'
import { decodedSegment } from './segment.ts'

/** The words of `?format=`. */
const SHAPES: ReadonlyMap<string, Dialect> = new Map([
  ['openai', openaiChat],
  ['anthropic', anthropic],
  ['gemini', gemini],
])

/** OpenAI, Anthropic and Google share a path. Only Google's clients put a key in its header or in the query. */
export function asksAsGemini(c: Context): boolean {
  if (c.req.path.startsWith('/v1beta/')) return true
  if (!/^\/v1\/models(?:\/|$)/.test(c.req.path)) return false
  return c.req.header('x-goog-api-key') !== undefined || c.req.query('key') !== undefined
}

function shapeFor(c: Context): Dialect {
  if (c.req.header('anthropic-version') !== undefined) return anthropic
  return asksAsGemini(c) ? gemini : openaiChat
}

export async function listModels(c: Context, house: House, callerKey: string | undefined): Promise<Response> {
  const format = c.req.query('format')
  const provider = chosenProvider(c, house)
  if (format === 'raw') {
    const first = provider ?? effectiveDefault(house.rules.defaultProvider, house.providers)
    if (first === undefined) throw new GatewayError('unavailable', 'No provider is configured.')
    const { text } = await rawList(first, house, callerKey)
    return c.body(text, 200, { 'content-type': 'application/json' })
  }
  const dialect = format === undefined ? shapeFor(c) : SHAPES.get(format)
  if (dialect === undefined) {
    throw new GatewayError(
      'invalid-request',
      `format must be ${[...SHAPES.keys()].join(', ')} or raw, not "${format}".`,
      { param: 'format' },
    )
  }
  const models =
    provider === undefined ? await allModels(house, callerKey) : await listOf(provider, house, callerKey)
  return c.json(dialect.models.encodeList(models))
}

/** By header over query (requirements R25). */
function chosenProvider(c: Context, house: House): Provider | undefined {
  const header = c.req.header('x-provider') ?? c.req.header('provider')
  const name = header ?? c.req.query('provider')
  if (name === undefined) return undefined
  const provider = house.providers.get(name.toLowerCase())
  if (provider !== undefined) return provider
  throw new GatewayError(
    // A header is a wish that cannot be met (requirements R13), a query names something that is not there (P05).
    header === undefined ? 'not-found' : 'invalid-request',
    `There is no provider "${name}". Known: ${knownNames(house.providers)}.`,
    { param: 'provider' },
  )
}

export async function oneModel(c: Context, house: House, callerKey: string | undefined): Promise<Response> {
  const id = decodedSegment(c.req.path.replace(/^\/v1(?:beta)?\/models\//, ''))
  const model = await findModel(id, house, callerKey)
  return c.json(shapeFor(c).models.encodeOne(model))
}

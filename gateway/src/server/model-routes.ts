/** The lists of models in the shape the caller understands, and single models. */

import type { Context } from 'hono'
import { GatewayError } from '#core'
import { anthropic, codingModels, type Dialect, gemini, openaiChat } from '#dialects'
import { effectiveDefault, knownNames } from '#pipeline'
import type { Provider } from '#providers'
import type { House } from './context.ts'
import { type Family, familyOf } from './family.ts'
import type { Entrant } from './gate.ts'
import { allModels, findModel, type ListQuestion, type ModelList, modelsOf } from './model-list.ts'
import { pageByMark, pageByName, type PartOfList } from './model-page.ts'
import { decodedSegment } from './segment.ts'

/** The words of `?format=`. */
const SHAPES: ReadonlyMap<string, Dialect> = new Map([
  ['openai', openaiChat],
  ['anthropic', anthropic],
  ['gemini', gemini],
])

/** OpenAI, Anthropic and Google share it. */
const SHARED_PATH = /^\/v1\/models(?:\/|$)/

/** Only Google's clients put a key in its header or in the query. */
function asksAsGemini(c: Context): boolean {
  if (c.req.path.startsWith('/v1beta/')) return true
  if (!SHARED_PATH.test(c.req.path)) return false
  return c.req.header('x-goog-api-key') !== undefined || c.req.query('key') !== undefined
}

function shapeFor(c: Context): Dialect {
  if (c.req.header('anthropic-version') !== undefined) return anthropic
  return asksAsGemini(c) ? gemini : openaiChat
}

/** Who would have an answer in certain words is told in them that there is none. */
export function errorFamily(c: Context): Family {
  const shape = SHARED_PATH.test(c.req.path) ? shapeFor(c) : openaiChat
  return shape === openaiChat ? familyOf(c.req.path) : shape
}

export async function listModels(c: Context, house: House, entrant: Entrant): Promise<Response> {
  const format = c.req.query('format')
  const provider = chosenProvider(c, house)
  const question: ListQuestion = { ...entrant, refresh: wantsRefresh(c) }
  if (format === 'raw') {
    const first = provider ?? effectiveDefault(house.rules.defaultProvider, house.providers)
    if (first === undefined) throw new GatewayError('unavailable', 'No provider is configured.')
    const { text } = await house.lists.raw(first, question)
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
  const list =
    provider === undefined ? await allModels(house, question) : await modelsOf(provider, house, question)
  const [failure] = list.failures
  // An empty list would say that there are no models.
  if (list.models.length === 0 && failure !== undefined) throw failure
  const part = partOf(list, dialect, c)
  tellStale(c, list)
  const body = dialect.models.encodeList(part.models, part)
  const isCodex = c.req.query('client_version') !== undefined
  return c.json(isCodex ? { ...body, models: codingModels(part.models) } : body)
}

export function wantsRefresh(c: Context): boolean {
  return /^(?:true|1|yes|on)$/i.test(c.req.query('refresh') ?? '')
}

/** Names each provider whose list is old, with its age in seconds, and each whose list is not there at all. */
export function tellStale(c: Context, { stale, missing }: Pick<ModelList, 'stale' | 'missing'>): void {
  if (missing.length > 0) c.header('x-sluice-missing', missing.join(', '))
  if (stale.length === 0) return
  const told = stale.map(({ provider, ageMs }) => `${provider};age=${Math.floor(ageMs / 1000)}`)
  c.header('x-sluice-stale', told.join(', '))
}

function partOf({ models }: ModelList, dialect: Dialect, c: Context): PartOfList {
  const query = (name: string) => c.req.query(name)
  if (dialect === anthropic) return pageByName(models, query)
  return dialect === gemini ? pageByMark(models, query) : { models, hasMore: false }
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

export async function oneModel(c: Context, house: House, entrant: Entrant): Promise<Response> {
  const id = decodedSegment(c.req.path.replace(/^\/v1(?:beta)?\/models\//, ''))
  const model = await findModel(id, house, entrant)
  return c.json(shapeFor(c).models.encodeOne(model))
}

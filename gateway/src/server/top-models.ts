/** The models that stand at the top: ranked by a file, or in the order of a provider's list. */

import type { Context } from 'hono'
import { GatewayError, type JsonObject, type ModelInfo } from '#core'
import { effectiveDefault } from '#pipeline'
import type { Provider } from '#providers'
import type { House } from './context.ts'
import { wantsRefresh } from './model-routes.ts'

interface TopModel {
  readonly id: string
  readonly name: string
  readonly provider: string
  /** The maker, where the name tells it. */
  readonly subProvider: string | undefined
  readonly info: ModelInfo
}

interface Ranking {
  /** The best first, hidden ones left out. */
  readonly models: readonly TopModel[]
  readonly hidden: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly cached: boolean
  readonly stale: boolean
}

const USUAL = 10
const MOST = 50

export async function topModels(c: Context, house: House): Promise<Response> {
  const limit = limitIn(c.req.query('limit'))
  const wanted = c.req.query('provider')?.toLowerCase()
  const ranking = await ranked(house, wantsRefresh(c))
  const { source = 'disabled', rankingsFile } = house.topModels ?? {}
  const models = ranking.models
    .filter(
      ({ provider, subProvider }) => wanted === undefined || provider === wanted || subProvider === wanted,
    )
    .slice(0, limit)
  return c.json<JsonObject>({
    object: 'top_models',
    source,
    last_updated: new Date(ranking.at).toISOString(),
    providers: distinct(models.map(({ provider }) => provider)),
    sub_providers: distinct(models.flatMap(({ subProvider }) => subProvider ?? [])),
    models: models.map(modelBody),
    suggested_aliases: suggestedAliases(models),
    meta: {
      excluded_rules: [...(house.topModels?.exclude ?? [])],
      excluded_models: ranking.hidden,
      ...(rankingsFile === undefined ? {} : { rankings_file: rankingsFile }),
      ...(c.req.query('include_cache_info') === 'true' ? { cache: cacheFacts(ranking, house) } : {}),
    },
  })
}

/** The ranking as far as it is known without asking anybody. */
export function knownTopModels(house: House): readonly TopModel[] {
  return house.topModels === undefined || house.topModels.rankings.length === 0 ? [] : fromFile(house).models
}

/** Names that could stand for the best, the cheapest and the roomiest of them. */
export function suggestedAliases(models: readonly TopModel[]): Record<string, string> {
  const best = models[0]
  if (best === undefined) return {}
  const cheapest = leastBy(models, ({ info }) => averageOf(info))
  const roomiest = leastBy(models, ({ info }) =>
    info.contextWindow === undefined ? undefined : -info.contextWindow,
  )
  return {
    top: nameOf(best),
    ...(cheapest === undefined ? {} : { 'top-cheap': nameOf(cheapest) }),
    ...(roomiest === undefined ? {} : { 'top-longctx': nameOf(roomiest) }),
  }
}

async function ranked(house: House, refresh: boolean): Promise<Ranking> {
  const { source } = house.topModels ?? {}
  if (source === undefined || source === 'disabled') {
    return { models: [], hidden: 0, at: house.clock.wall(), cached: false, stale: false }
  }
  return source === 'manual_rankings' ? fromFile(house) : await fromProvider(house, source, refresh)
}

function fromFile(house: House): Ranking {
  const standard = effectiveDefault(house.rules.defaultProvider, house.providers)
  const models = (house.topModels?.rankings ?? []).flatMap(({ id, name }): TopModel[] => {
    const colon = id.indexOf(':')
    const named = house.providers.get(id.slice(0, Math.max(0, colon)).toLowerCase())
    const provider = named ?? standard
    if (provider === undefined) return []
    const info = { id: named === undefined ? id : id.slice(colon + 1) }
    return [topModel(house, provider, name === undefined ? info : { ...info, displayName: name })]
  })
  return { ...visible(house, models), at: house.clock.wall(), cached: false, stale: false }
}

/** `source`: the provider's name, else its type. */
async function fromProvider(house: House, source: string, refresh: boolean): Promise<Ranking> {
  const { providers, lists } = house
  const provider = providers.get(source) ?? [...providers.values()].find(({ type }) => type === source)
  if (provider === undefined) {
    throw new GatewayError(
      'unavailable',
      `The top models come from "${source}", and there is no such provider.`,
    )
  }
  const limitMs = house.topModels?.timeoutMs
  const listing = await lists.list(provider, { refresh, ...(limitMs === undefined ? {} : { limitMs }) })
  const models = listing.models.map((model) => topModel(house, provider, model))
  const { at, stale } = listing
  return { ...visible(house, models), at, stale, cached: listing.source !== 'provider' }
}

function topModel(house: House, provider: Provider, model: ModelInfo): TopModel {
  const info = house.catalogue.described(provider, model)
  const slash = info.id.indexOf('/')
  return {
    id: info.id,
    name: info.displayName ?? info.id,
    provider: provider.name,
    subProvider: slash > 0 ? info.id.slice(0, slash).replace(/^~/, '').toLowerCase() : undefined,
    info,
  }
}

function visible(house: House, models: readonly TopModel[]): Pick<Ranking, 'models' | 'hidden'> {
  const rules = (house.topModels?.exclude ?? []).map((rule) => rule.toLowerCase())
  const seen = models.filter((model) => !rules.some((rule) => nameOf(model).toLowerCase().includes(rule)))
  return { models: seen, hidden: models.length - seen.length }
}

function modelBody({ id, name, provider, subProvider, info }: TopModel): JsonObject {
  const { price, contextWindow, abilities = [] } = info
  return {
    id,
    name,
    provider,
    sub_provider: subProvider ?? null,
    context_window: contextWindow ?? null,
    capabilities: [...abilities],
    pricing: {
      input_per_million: price?.input ?? null,
      output_per_million: price?.output ?? null,
      average_per_million: averageOf(info) ?? null,
    },
  }
}

function cacheFacts({ cached, stale, at }: Ranking, { lists, clock }: House): JsonObject {
  const age = Math.max(0, Math.round((clock.wall() - at) / 1000))
  return { cached, stale, age_seconds: age, ttl_seconds: Math.round(lists.ttlMs / 1000) }
}

function limitIn(text: string | undefined): number {
  if (text === undefined) return USUAL
  const limit = Number(text)
  if (text !== '' && Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit
  throw new GatewayError('unprocessable', `limit must be a whole number from 1 to ${MOST}.`, {
    param: 'limit',
  })
}

function averageOf({ price }: ModelInfo): number | undefined {
  return price === undefined ? undefined : (price.input + price.output) / 2
}

/** As it is asked for. */
function nameOf({ id, provider }: TopModel): string {
  return `${provider}:${id}`
}

function leastBy(
  models: readonly TopModel[],
  measure: (model: TopModel) => number | undefined,
): TopModel | undefined {
  let best: TopModel | undefined
  let least = Infinity
  for (const model of models) {
    const value = measure(model)
    if (value === undefined || value >= least) continue
    best = model
    least = value
  }
  return best
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted()
}

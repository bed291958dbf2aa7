/** Which models each provider has, by name alone. */

import type { Context } from 'hono'
import { GatewayError, type JsonObject } from '#core'
import { knownNames } from '#pipeline'
import type { House } from './context.ts'
import type { Entrant } from './gate.ts'
import { listable } from './listable.ts'
import { wantsRefresh } from './model-routes.ts'

/** Where the provider cannot be asked and never could, what the catalogue has of its type. */
export async function providerModels(c: Context, house: House, entrant: Entrant): Promise<Response> {
  const name = (c.req.param('name') ?? '').toLowerCase()
  const provider = house.providers.get(name)
  if (provider === undefined) {
    throw new GatewayError(
      'not-found',
      `There is no provider "${name}". Known: ${knownNames(house.providers)}.`,
      { param: 'name' },
    )
  }
  try {
    const listing = await house.lists.list(provider, { ...entrant, refresh: wantsRefresh(c) })
    const may = listable(house, entrant)
    return c.json<JsonObject>({
      provider: name,
      models: listing.models.map(({ id }) => id).filter((id) => may(`${name}:${id}`)),
      source: listing.source,
      updated_at: new Date(listing.at).toISOString(),
      ...(listing.stale ? { stale: true } : {}),
    })
  } catch (thrown) {
    const known = house.catalogue.listOf(provider)
    if (!(thrown instanceof GatewayError) || known.length === 0) throw thrown
    return c.json<JsonObject>({
      provider: name,
      models: [...known],
      source: 'catalogue',
      error: thrown.message,
    })
  }
}

/** One that cannot be asked has an empty list. */
export async function modelsByProvider(c: Context, house: House, entrant: Entrant): Promise<Response> {
  const may = listable(house, entrant)
  const refresh = wantsRefresh(c)
  const lists = await Promise.all(
    [...house.providers.values()].map(async (provider) => {
      const models = await house.lists
        .list(provider, { ...entrant, refresh, amongOthers: house.providers.size > 1 })
        .then(({ models: all }) => all.map(({ id }) => id).filter((id) => may(`${provider.name}:${id}`)))
        .catch(noneWhenRefused)
      return [provider.name, models] as const
    }),
  )
  return c.json<JsonObject>(Object.fromEntries(lists))
}

function noneWhenRefused(thrown: unknown): string[] {
  if (thrown instanceof GatewayError) return []
  throw thrown
}

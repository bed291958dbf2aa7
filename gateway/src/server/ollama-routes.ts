/** What Ollama's clients ask before and beside a chat: tags, show, ps, version, and the model management we do not do. */

import type { Context } from 'hono'
import { GatewayError, isObject, type JsonObject } from '#core'
import { ollama, runningBody, sameModel, showBody, shownName, versionBody } from '#dialects'
import { fetchJson, knownNames } from '#pipeline'
import type { Provider } from '#providers'
import { readJson } from './body.ts'
import type { DoorFacts, House } from './context.ts'
import type { Entrant } from './gate.ts'
import { allModels, findModel, modelsOf } from './model-list.ts'
import { tellStale, wantsRefresh } from './model-routes.ts'

const SIDE_CALL_MS = 5000

export async function tags(c: Context, house: House, entrant: Entrant): Promise<Response> {
  const list = await allModels(house, { ...entrant, refresh: wantsRefresh(c) })
  tellStale(c, list)
  return c.json(ollama.models.encodeList(list.models))
}

/** `known` are all provider types there are, configured or not (requirements C16). */
export async function tagsOf(
  c: Context,
  house: House,
  entrant: Entrant,
  known: readonly string[],
): Promise<Response> {
  const name = (c.req.param('provider') ?? '').toLowerCase()
  const provider =
    house.providers.get(name) ?? [...house.providers.values()].find((candidate) => candidate.type === name)
  if (provider === undefined) {
    throw known.includes(name)
      ? new GatewayError('not-found', `Provider "${name}" is not configured.`)
      : new GatewayError(
          'invalid-request',
          `There is no provider or provider type "${name}". Configured: ${knownNames(house.providers)}.`,
          { param: 'provider' },
        )
  }
  const question = { ...entrant, refresh: wantsRefresh(c) }
  const list = await modelsOf(provider, house, question).catch(() => ({
    models: [],
    stale: [],
    missing: [provider.name],
  }))
  tellStale(c, list)
  return c.json(ollama.models.encodeList(list.models))
}

export async function show(
  c: Context<{ Bindings: DoorFacts }>,
  house: House,
  entrant: Entrant,
): Promise<Response> {
  const { wire } = await readJson(c.env.incoming, house.bodyLimit)
  const name = shownName(wire)
  if (name === undefined) throw new GatewayError('invalid-request', 'model is required', { param: 'model' })
  const model = await findModel(name, house, entrant, sameModel)
  const native = nativeOllamas(house).find((provider) => provider.name === model.provider)
  if (native === undefined) return c.json(showBody(model))
  const prefix = `${native.name}:`
  const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name
  const answer = await fetchJson(
    native,
    {
      method: 'POST',
      path: '/api/show',
      body: JSON.stringify({ model: bare }),
      limitMs: SIDE_CALL_MS,
      callerKey: entrant.callerKey,
    },
    house.clock,
  )
  return c.body(answer.text, 200, { 'content-type': 'application/json' })
}

export async function running(c: Context, house: House, entrant: Entrant): Promise<Response> {
  const lists = await Promise.all(
    nativeOllamas(house).map(async (provider) => {
      const call = {
        method: 'GET',
        path: '/api/ps',
        limitMs: SIDE_CALL_MS,
        callerKey: entrant.callerKey,
      } as const
      const answer = await fetchJson(provider, call, house.clock).catch(() => undefined)
      return isObject(answer?.wire) && Array.isArray(answer.wire['models']) ? answer.wire['models'] : []
    }),
  )
  const models = lists.flat()
  return c.json<JsonObject>(models.length === 0 ? runningBody() : { models })
}

function nativeOllamas(house: House): Provider[] {
  return [...house.providers.values()].filter((provider) => provider.dialect === ollama)
}

export function version(c: Context): Response {
  return c.json(versionBody())
}

export function notManaged(): never {
  throw new GatewayError(
    'not-implemented',
    'This gateway does not manage models; ask the Ollama server itself.',
  )
}

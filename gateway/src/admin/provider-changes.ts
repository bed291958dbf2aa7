/** Providers registered, changed, switched, put first, reset and removed. */

import { GatewayError, type JsonObject, stringOf } from '#core'
import { effectiveDefault, type GatewayConfig } from '#config'
import type { State } from './config-keeper.ts'
import {
  type Asked,
  demandFields,
  type Desk,
  fieldsOf,
  keeperOf,
  order,
  type Router,
  wantsPersist,
} from './desk.ts'
import { secretsKept } from './persist.ts'
import { demand, makeDefault, patch, register, remove, saidOf } from './provider-orders.ts'

export function providerChangeRoutes(router: Router, desk: Desk): void {
  router.post('/api/providers/register', (c) =>
    order(c, desk, { what: 'register' }, async (naming) => {
      const { name, fields } = registration({ ...queried(c), ...(await fieldsOf(c)) })
      naming(name)
      const keeper = keeperOf(desk)
      const wish = wishOf(c)
      await desk.addresses.demand(saidOf(name, fields), keeper.state)
      return done(c, name, await keeper.change(register(name, fields, wish)))
    }),
  )
  router.patch('/api/providers/:name', (c) => {
    const name = nameIn(c, desk)
    return order(c, desk, { what: 'patch', name }, async () => {
      const { provider_type: type, ...fields } = await fieldsOf(c)
      const named = type === undefined ? fields : { type, ...fields }
      const keeper = keeperOf(desk)
      const wish = wishOf(c)
      await desk.addresses.demand(saidOf(name, named), keeper.state)
      return done(c, name, await keeper.change(patch(name, named, wish)))
    })
  })
  router.delete('/api/providers/:name', (c) => {
    const name = nameIn(c, desk)
    return order(c, desk, { what: 'delete', name }, async () => {
      const state = await keeperOf(desk).change(remove(name, wishOf(c)))
      return done(c, name, state)
    })
  })
  router.put('/api/providers/:name/toggle', (c) => {
    const name = nameIn(c, desk)
    return order(c, desk, { what: 'toggle', name }, async () => {
      const body = await fieldsOf(c)
      demandFields(body, ['enabled'])
      const { enabled = true } = body
      if (typeof enabled !== 'boolean') throw unprocessable('enabled', 'must be true or false')
      const state = await keeperOf(desk).change(patch(name, { enabled }, wishOf(c)))
      // Whoever switches it on wants it tried again.
      if (enabled) desk.house.reset(name)
      return { ...done(c, name, state), enabled }
    })
  })
  router.post('/api/providers/:name/default', (c) => {
    const name = nameIn(c, desk)
    return order(c, desk, { what: 'default', name }, async () => {
      const state = await keeperOf(desk).change(makeDefault(name, wishOf(c)))
      return done(c, name, state)
    })
  })
  router.post('/api/providers/:name/reset', (c) => {
    const name = nameIn(c, desk)
    return order(c, desk, { what: 'reset', name }, () => {
      if (!desk.house.providers.has(name)) demand(desk.running(), name)
      desk.house.reset(name)
      return Promise.resolve({ status: 'success', provider: name })
    })
  })
}

function done(c: Asked, provider: string, state: State): JsonObject {
  return {
    status: 'success',
    provider,
    default_provider: effectiveDefault(state.config)?.name ?? null,
    ...(wantsPersist(c) ? { persisted: true, secrets: secretsKept(state, provider) } : {}),
  }
}

function wishOf(c: Asked): { readonly persist: boolean } {
  return { persist: wantsPersist(c) }
}

/** A provider by its name, or by its type where that is one provider's alone (requirement R7). */
function nameIn(c: Asked, { running }: Desk): string {
  const segment = (c.req.param('name') ?? '').toLowerCase()
  const { providers } = running()
  if (providers.some(({ name }) => name === segment)) return segment
  const [only, ...others] = providers.filter(({ type }) => type === segment)
  return only !== undefined && others.length === 0 && !isAbsent(segment, running()) ? only.name : segment
}

function isAbsent(name: string, { partial, disabled = [] }: GatewayConfig): boolean {
  return disabled.includes(name) || partial.some((one) => one.name === name)
}

/** What older clients put there. Keys are refused before. */
function queried(c: Asked): JsonObject {
  const { provider_type: type, name, base_url: url, default_model: model } = c.req.query()
  const given = { provider_type: type, name, base_url: url, default_model: model }
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

function registration(body: JsonObject): { readonly name: string; readonly fields: JsonObject } {
  const { name: called, provider_type: kind, ...rest } = body
  const type = kind ?? rest['type']
  const name = stringOf(called)?.trim().toLowerCase() ?? ''
  if (name === '') throw unprocessable('name', 'is required')
  if (type === undefined || (stringOf(type) ?? '') === '') throw unprocessable('provider_type', 'is required')
  // Not repeated: what stands there may have been meant for another field.
  if (!/^[a-z\d][\w.-]{0,127}$/.test(name)) {
    throw new GatewayError(
      'invalid-request',
      'name: is no provider name; use letters, digits, dot, dash and underscore.',
      { param: 'name' },
    )
  }
  return { name, fields: { ...rest, type } }
}

function unprocessable(field: string, what: string): GatewayError {
  return new GatewayError('unprocessable', `${field}: ${what}.`, { param: field })
}

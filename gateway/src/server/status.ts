/** `GET /api/status`: whether the gateway works, whether an Ollama stands behind it, which models it has. Never a failure itself. */

import type { Context } from 'hono'
import type { JsonObject } from '#core'
import { ollama } from '#dialects'
import type { House } from './context.ts'
import type { Entrant } from './gate.ts'
import { allModels } from './model-list.ts'

export async function gatewayStatus(c: Context, house: House, entrant: Entrant): Promise<Response> {
  const ollamas = [...house.providers.values()].filter((provider) => provider.dialect === ollama)
  await Promise.all(ollamas.map((provider) => house.probe(provider)))
  const { models } = await allModels(house, entrant)
  const report = house.health.report()
  return c.json<JsonObject>({
    status: report.status,
    ollama_connected: ollamas.some(({ name }) => report.providers[name]?.healthy === true),
    available_models: models.map(({ id }) => id),
    pending_actions: house.load().waiting,
  })
}

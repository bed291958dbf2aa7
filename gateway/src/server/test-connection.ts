/** Asks the default provider one short question, down the whole road, and says what came of it. */

import type { Context } from 'hono'
import {
  asGatewayError,
  type ErrorType,
  type GatewayError,
  isObject,
  type JsonObject,
  parseJson,
  stringOf,
} from '#core'
import { type Answer, effectiveDefault } from '#pipeline'
import type { House } from './context.ts'
import { someModel } from './some-model.ts'
import { testQuestion } from './test-question.ts'

export async function testConnection(c: Context, house: House, id: string): Promise<Response> {
  const provider = effectiveDefault(house.rules.defaultProvider, house.providers)
  const timestamp = new Date(house.clock.wall()).toISOString()
  if (provider === undefined) {
    const body = { status: 'failed', message: 'No provider is configured.', suggestions: [], timestamp }
    return c.json(body, 503)
  }
  const about = {
    provider: provider.name,
    api_format: provider.dialect.name,
    base_url: provider.baseUrl,
    timestamp,
  }
  if (provider.passthrough) {
    const message = 'It takes the caller’s own key, so there is none to test it with.'
    return c.json({ status: 'skipped', message, ...about })
  }
  let model: string | undefined
  try {
    model = await someModel(provider, house)
    const exchange = testQuestion(`${provider.name}:${model}`, house, id)
    const answer = await house.road(exchange)
    return c.json({
      status: 'success',
      ...about,
      ...told(answer, model),
      response_time_ms: Math.round(exchange.waitedMs),
    })
  } catch (thrown) {
    const error = asGatewayError(thrown)
    const { type, message } = error
    return c.json(
      {
        status: 'failed',
        ...about,
        ...(model === undefined ? {} : { model }),
        error_type: type,
        message,
        suggestions: advice(error),
      },
      503,
    )
  }
}

function told(answer: Answer, asked: string): JsonObject {
  if (answer.type === 'bytes') {
    const body = parseJson(String(answer.raw))
    const wire = isObject(body) ? body : {}
    return { model: stringOf(wire['model']) ?? asked, response_id: stringOf(wire['id']) ?? null }
  }
  const events = answer.type === 'whole' ? answer.events : []
  const start = events.find((event) => event.type === 'start')
  return { model: start?.model ?? asked, response_id: start?.id ?? null }
}

const ADVICE: Partial<Readonly<Record<ErrorType, readonly string[]>>> = {
  'provider-authentication': ['Check the api_key of this provider.'],
  'provider-permission': ['Check what the key is allowed to do.', 'Try another default_model.'],
  billing: ['Check the credit and the payment data of this account.'],
  'quota-exceeded': ['Check the quota of this account, or add another key.'],
  'rate-limited': ['Wait a moment and try again.', 'Add another key.'],
  'model-not-found': ['Set default_model to a model this provider has.'],
  connection: ['Check base_url and that the provider is up.', 'Check the network and its proxies.'],
  timeout: ['Check base_url and that the provider is up.', 'Allow it more time in timeouts.'],
  unavailable: ['Its circuit is open: look at /health/providers for the last error.'],
}

function advice({ type }: GatewayError): readonly string[] {
  return ADVICE[type] ?? ['Look at the log of the gateway, and at the status page of the provider.']
}

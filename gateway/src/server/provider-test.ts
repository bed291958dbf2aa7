/**
 * `POST /api/providers/{name}/test`: asks the provider's models one short question, the small ones first, until one answers. It goes to that
 * provider and nobody else, past an open circuit, and costs a few tokens.
 */

import type { Context } from 'hono'
import { asGatewayError, GatewayError, type JsonObject } from '#core'
import type { Provider } from '#providers'
import type { DoorFacts, House } from './context.ts'
import { providerNamed } from './provider-named.ts'
import { testQuestion } from './test-question.ts'

/** More would only cost more. */
const MOST_MODELS = 8
const MODEL_LIMIT_MS = 20_000
const LIMIT_MS = 60_000
/** A greeting is shorter; some models think before they greet. */
const TOKENS = 256

export async function testProvider(c: Context<{ Bindings: DoorFacts }>, house: House): Promise<Response> {
  house.adminGate.enter(c.req.header(), c.env.address)
  const name = c.req.param('name') ?? ''
  const partial = house.absent.find(
    (other) => other.status === 'partial' && other.name === name.toLowerCase(),
  )
  if (partial !== undefined) {
    const reason = partial.reason ?? 'it is not complete'
    throw new GatewayError('invalid-request', `Provider "${partial.name}" cannot be tested: ${reason}.`)
  }
  const provider = providerNamed(name, house)
  if (provider.passthrough) {
    throw new GatewayError(
      'invalid-request',
      `Provider "${provider.name}" takes the caller's own key, so there is none to test it with.`,
      { provider: provider.name },
    )
  }
  const models = modelsToAsk(provider)
  if (models.length === 0) {
    throw new GatewayError(
      'invalid-request',
      `Provider "${provider.name}" has no models to test it with: set default_model or models.`,
      { param: 'default_model', provider: provider.name },
    )
  }
  const failures: JsonObject[] = []
  const begun = house.clock.now()
  for (const model of models) {
    const left = begun + LIMIT_MS - house.clock.now()
    if (left <= 0) break
    const asked = await ask(provider, model, house, c.env.requestId, Math.min(left, MODEL_LIMIT_MS))
    if (asked.error === undefined) {
      return c.json<JsonObject>({
        status: 'success',
        provider: provider.name,
        model,
        latency_ms: Math.round(asked.ms),
        ...(failures.length === 0 ? {} : { failures }),
      })
    }
    failures.push(told(model, asked.error))
  }
  throw new GatewayError('provider-error', `No model of provider "${provider.name}" answered.`, {
    status: 502,
    provider: provider.name,
    details: { failures },
  })
}

/** Small, middle, big; else what it is asked for by default. */
function modelsToAsk({ classes, defaultModel, models }: Provider): readonly string[] {
  const sized = classes.toReversed().flat()
  const usual = defaultModel === undefined ? [] : [defaultModel]
  const named = sized.length + usual.length === 0 ? models.slice(0, 1) : [...sized, ...usual]
  return [...new Set(named)].slice(0, MOST_MODELS)
}

interface Asked {
  readonly ms: number
  /** Undefined: it answered. */
  readonly error: GatewayError | undefined
}

async function ask(
  provider: Provider,
  model: string,
  house: House,
  id: string,
  limitMs: number,
): Promise<Asked> {
  const { clock } = house
  // The mark takes the name as it stands, and no one but this provider is asked.
  const exchange = testQuestion(`!${provider.name}:${model}`, house, id)
  exchange.maxOutputTokens = TOKENS
  exchange.insists = true
  const begun = clock.now()
  let isLate = false
  const timer = clock.timer(limitMs, () => {
    isLate = true
    exchange.cancellation.cancel()
  })
  let error: GatewayError | undefined
  try {
    await house.road(exchange)
  } catch (thrown) {
    error = isLate ? late(limitMs) : asGatewayError(thrown)
  } finally {
    timer.cancel()
  }
  return { ms: clock.now() - begun, error }
}

function late(limitMs: number): GatewayError {
  return new GatewayError('timeout', `There was no answer within ${Math.round(limitMs / 1000)} seconds.`)
}

function told(model: string, { type, status, message }: GatewayError): JsonObject {
  return { model, type, status, message }
}

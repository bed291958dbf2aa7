/** A provider's failure as a client may see it: whose it is, in words that help, and without the key that was used. */

import { type ErrorFacts, GatewayError, isObject, type UpstreamFacts } from '#core'
import type { Provider } from '#providers'
import { adviceOn } from './advice.ts'

/** Shorter ones are no secrets, and taking them out would garble the text. */
const SHORTEST_KEY = 8

export interface Called {
  readonly provider: Provider
  /** Absent for calls that concern no model. */
  readonly model?: string
}

/** The key of the call, or all that it was let in by. */
export type Secrets = string | readonly string[] | undefined

export function toldError(error: GatewayError, called: Called, secrets: Secrets): GatewayError {
  const clean = (text: string) => withoutKey(text, secrets)
  const { upstream, code, details } = error.facts
  const own = clean(error.message)
  const told = wordsFor(error, called, own)
  const more = {
    ...(error.type === 'model-not-found' && called.model !== undefined ? { model: called.model } : {}),
    ...(told === own || error.type === 'provider-authentication' ? {} : { original: own }),
  }
  const facts: ErrorFacts = {
    ...error.facts,
    provider: called.provider.name,
    ...(code === undefined ? {} : { code: clean(code) }),
    ...(upstream === undefined ? {} : { upstream: cleanFacts(upstream, clean) }),
    ...(Object.keys(more).length === 0
      ? {}
      : { details: { ...(isObject(details) ? details : {}), ...more } }),
  }
  const answer = new GatewayError(error.type, told, facts)
  if (error.stack !== undefined) answer.stack = error.stack
  return answer
}

/** Some providers repeat the key they refuse. */
export function withoutKey(text: string, secrets: Secrets): string {
  const list = typeof secrets === 'string' ? [secrets] : (secrets ?? [])
  return list.reduce(
    (clean, secret) => (secret.length < SHORTEST_KEY ? clean : clean.replaceAll(secret, '[key]')),
    text,
  )
}

/** What the house itself says of its credentials is safe, and tells the operator more. */
function wordsFor(error: GatewayError, { provider, model }: Called, own: string): string {
  if (error.type === 'provider-authentication' && error.facts.code === 'no_credentials') return own
  const advice = adviceOn(error, provider, model)
  if (advice === undefined) return own
  // How a provider words its refusal of a key is nobody's affair but the operator's.
  return error.type === 'provider-authentication' ? advice : `${advice} It said: ${own}`
}

function cleanFacts(upstream: UpstreamFacts, clean: (text: string) => string): UpstreamFacts {
  const { type, body } = upstream
  return {
    ...upstream,
    ...(type === undefined ? {} : { type: clean(type) }),
    ...(body === undefined ? {} : { body: clean(body) }),
  }
}

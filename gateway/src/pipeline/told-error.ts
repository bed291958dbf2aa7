/** A provider's failure as a client may see it: whose it is, in words that help, and without the key that was used. */

import { type ErrorFacts, GatewayError, isObject, type UpstreamFacts } from '#core'
import type { Provider } from '#providers'

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
  const facts: ErrorFacts = {
    ...error.facts,
    provider: called.provider.name,
    ...(code === undefined ? {} : { code: clean(code) }),
    ...(upstream === undefined ? {} : { upstream: cleanFacts(upstream, clean) }),
    ...(error.type === 'model-not-found' && called.model !== undefined
      ? { details: { ...(isObject(details) ? details : {}), model: called.model } }
      : {}),
  }
  const told = new GatewayError(error.type, messageOf(error, called, clean), facts)
  if (error.stack !== undefined) told.stack = error.stack
  return told
}

/** Some providers repeat the key they refuse. */
export function withoutKey(text: string, secrets: Secrets): string {
  const list = typeof secrets === 'string' ? [secrets] : (secrets ?? [])
  return list.reduce(
    (clean, secret) => (secret.length < SHORTEST_KEY ? clean : clean.replaceAll(secret, '[key]')),
    text,
  )
}

function messageOf(
  error: GatewayError,
  { provider, model }: Called,
  clean: (text: string) => string,
): string {
  const own = clean(error.message)
  // What the house itself says of its credentials is safe, and tells the operator more.
  if (error.type === 'provider-authentication' && error.facts.code === 'no_credentials') return own
  if (error.type === 'provider-authentication' && !provider.passthrough) {
    return `Provider "${provider.name}" refused the gateway's own key; its operator must mend that.`
  }
  if (error.type === 'model-not-found' && model !== undefined && !own.includes(model))
    return `Model "${model}" was not found: ${own}`
  return own
}

function cleanFacts(upstream: UpstreamFacts, clean: (text: string) => string): UpstreamFacts {
  const { type, body } = upstream
  return {
    ...upstream,
    ...(type === undefined ? {} : { type: clean(type) }),
    ...(body === undefined ? {} : { body: clean(body) }),
  }
}

/** What a record has to be to serve as a provider type. What it does is the contract's affair (`testProviderType`). */

import { isObject } from '#core'

const DIALECTS: ReadonlySet<unknown> = new Set([
  'openai-chat',
  'openai-responses',
  'anthropic',
  'gemini',
  'bedrock',
  'ollama',
])

const SCHEMES: ReadonlySet<unknown> = new Set([
  'bearer',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'google',
  'none',
])

/** Continues "the plugin …"; undefined when nothing is wrong. */
export function providerTypeFault(type: unknown): string | undefined {
  if (!isObject(type)) return 'has a provider type that is no record'
  const { name, title, dialect, baseUrl, auth, needsKey } = type
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name)) {
    return 'has a provider type without a "name" of small letters, digits and dashes'
  }
  const of = (what: string): string => `has a provider type "${name}" ${what}`
  if (typeof title !== 'string' || title === '') return of('without a "title"')
  if (!DIALECTS.has(dialect)) return of(`whose "dialect" is none of ${[...DIALECTS].join(', ')}`)
  if (!SCHEMES.has(auth)) return of(`whose "auth" is none of ${[...SCHEMES].join(', ')}`)
  if (typeof needsKey !== 'boolean') return of('without "needsKey", true or false')
  if (baseUrl !== undefined && (typeof baseUrl !== 'string' || !/^https?:\/\//.test(baseUrl))) {
    return of('whose "baseUrl" is no http or https URL')
  }
  return undefined
}

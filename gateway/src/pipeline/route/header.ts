/** The `X-Provider` request header: a provider's name, or a type that only one provider has (requirements R7, R13). */

import { GatewayError } from '#core'
import type { Provider } from '#providers'
import type { Rule } from './rule.ts'
import { knownNames } from './target.ts'

export const byHeader: Rule = {
  name: 'header',
  choose({ wish, rules, providers }) {
    const name = headerText(wish.headers['x-provider'])
    if (name === undefined) return undefined
    const found = find(name.toLowerCase(), providers)
    const strict = headerText(wish.headers['x-provider-strict'])?.toLowerCase()
    if (found !== undefined) {
      const end = rules.aliases?.find(wish.model, found.name)
      const model = end?.provider === found.name ? end.model : wish.model
      const targets = [{ provider: found, model }]
      // Said outright: this one or an error (requirements H30).
      return strict === 'true' ? { targets, closed: true } : { targets }
    }
    if (strict === 'false') return undefined
    throw new GatewayError(
      'invalid-request',
      `X-Provider names "${name}", which is no configured provider. Known: ${knownNames(providers)}.`,
      { param: 'X-Provider' },
    )
  },
}

function find(name: string, providers: ReadonlyMap<string, Provider>): Provider | undefined {
  const named = providers.get(name)
  if (named !== undefined) return named
  const typed = [...providers.values()].filter((provider) => provider.type === name)
  if (typed.length > 1) {
    throw new GatewayError(
      'invalid-request',
      `X-Provider names the type "${name}", which several providers have: ${typed.map((p) => p.name).join(', ')}.`,
      { param: 'X-Provider' },
    )
  }
  return typed[0]
}

export function headerText(value: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(value) ? value[0] : value)?.trim()
  return text === '' ? undefined : text
}

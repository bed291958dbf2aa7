/** Which provider a request goes to that is only passed on: named in the model, the header or the query, else the default one. */

import { GatewayError } from '#core'
import type { Dialect } from '#dialects'
import type { Provider } from '#providers'
import type { Exchange } from './exchange.ts'
import { byHeader } from './route/header.ts'
import { effectiveDefault } from './route/default.ts'
import { mayAsk, notAllowed } from './route/permission.ts'
import type { RouteRules } from './route/rule.ts'
import { knownNames, spelt, splitPrefix } from './route/target.ts'

export interface ForwardWish {
  /** Only providers of these can serve it: nothing is translated. */
  readonly languages: readonly Dialect[]
  /** For people, e.g. `/v1/files`. */
  readonly endpoint: string
  /** The model, where the body says it within sight. */
  readonly model: string | undefined
  /** What the query asks for. */
  readonly provider: string | undefined
}

export interface ForwardChoice {
  readonly provider: Provider
  /** The upstream's name of it; empty where none is said. */
  readonly model: string
  readonly reason: string
}

export interface ForwardRules {
  readonly rules: RouteRules
  readonly providers: ReadonlyMap<string, Provider>
}

export function chooseForward(exchange: Exchange, wish: ForwardWish, parts: ForwardRules): ForwardChoice {
  const choice = spelling(choose(exchange, wish, parts), wish, parts, exchange)
  if (wish.languages.includes(choice.provider.dialect)) return choice
  const fit = [...parts.providers.values()].filter(({ dialect }) => wish.languages.includes(dialect))
  const names = fit.map(({ name }) => name).join(', ')
  throw new GatewayError(
    fit.length === 0 ? 'not-found' : 'invalid-request',
    `${wish.endpoint} is passed on as it is, and provider "${choice.provider.name}" speaks another language. ` +
      (fit.length === 0
        ? 'No configured provider speaks the one it needs.'
        : `Name one of ${names} in X-Provider.`),
    { param: 'X-Provider', code: 'wrong_language' },
  )
}

function choose(exchange: Exchange, wish: ForwardWish, { rules, providers }: ForwardRules): ForwardChoice {
  const { model = '' } = wish
  const prefixed = splitPrefix(model, providers)
  if (prefixed !== undefined) return { ...prefixed, reason: 'prefix' }
  const question = { wish: { model, headers: exchange.headers }, rules, providers }
  const named = byHeader.choose(question)?.targets[0]?.provider
  if (named !== undefined) return { provider: named, model, reason: byHeader.name }
  if (wish.provider !== undefined)
    return { provider: inQuery(wish.provider, providers), model, reason: 'query' }
  const provider = effectiveDefault(rules.defaultProvider, providers)
  if (provider === undefined) throw new GatewayError('unavailable', 'No provider is configured.')
  return { provider, model, reason: 'default' }
}

/** By the provider's own name for it, if the model may be asked for at all. */
function spelling(
  choice: ForwardChoice,
  { model, endpoint }: ForwardWish,
  { rules }: ForwardRules,
  { client }: Exchange,
): ForwardChoice {
  // Where no model is told, who may not ask for every one is held to the path.
  const asked = model ?? endpoint
  const target = model === undefined ? choice : spelt(choice)
  const limits = { filter: model === undefined ? undefined : rules.filter, client }
  if (!mayAsk(target, asked, limits)) throw notAllowed(asked)
  return { ...choice, model: target.model }
}

function inQuery(name: string, providers: ReadonlyMap<string, Provider>): Provider {
  const provider = providers.get(name.toLowerCase())
  if (provider !== undefined) return provider
  throw new GatewayError('not-found', `There is no provider "${name}". Known: ${knownNames(providers)}.`, {
    param: 'provider',
  })
}

/**
 * With `strict_prefix`: a name that begins like a provider's prefix and names none of ours is a mistake, and is told as one (requirement
 * H05). Names that are known to be models, or to belong to a family of them, may contain colons.
 */

import { GatewayError } from '#core'
import type { Rule } from './rule.ts'
import { knownNames } from './target.ts'

export const byStrictPrefix: Rule = {
  name: 'strict-prefix',
  choose({ wish: { model }, rules, providers }) {
    if (rules.strictPrefix !== true) return undefined
    const prefix = /^([\w.-]+):./.exec(model)?.[1]
    if (prefix === undefined) return undefined
    const listed = [...providers.values()].some(({ models }) => models.includes(model))
    if (listed || rules.table?.some(({ match }) => match.test(prefix)) === true) return undefined
    throw new GatewayError(
      'not-found',
      `"${prefix}" is no configured provider. Known: ${knownNames(providers)}.`,
      { param: 'model' },
    )
  },
}

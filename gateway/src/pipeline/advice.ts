/** What to do about a provider's refusal, in a sentence for whoever reads it; the provider's own words are kept beside it (requirement M45). */

import type { GatewayError } from '#core'
import type { Provider } from '#providers'

/** Undefined: the provider's own words say best what is wrong. */
export function adviceOn(
  { type, message }: GatewayError,
  { name, passthrough }: Provider,
  model: string | undefined,
): string | undefined {
  const who = `Provider "${name}"`
  switch (type) {
    case 'provider-authentication':
      return passthrough ? undefined : `${who} refused the gateway's own key; its operator must mend that.`
    case 'provider-permission':
      if (REGION.test(message))
        return `${who} does not serve the region this gateway calls from; ask another.`
      return passthrough
        ? undefined
        : `${who} does not let the gateway's key do this; its operator must mend that, or ask another.`
    case 'billing':
      return `${who} wants to be paid first: the account needs credit. Ask another until then.`
    case 'quota-exceeded':
      return `The quota of the account at provider "${name}" is used up. Raise it, wait until it begins anew, or ask another.`
    case 'model-not-found':
      return model === undefined
        ? undefined
        : `${who} has no model "${model}" for this key. The list of models says which it has.`
    default:
      return undefined
  }
}

const REGION = /\b(?:region|country|countries|territory|location|geograph)/i

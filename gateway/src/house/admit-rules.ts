/** The output limits of a configuration as the road takes them. */

import type { GatewayConfig } from '#config'
import type { AdmitRules } from '#pipeline'

export function admitRules({ tokenLimits: { max, min } }: GatewayConfig): AdmitRules {
  return {
    ...(max === undefined ? {} : { maxTokens: max }),
    ...(min === undefined ? {} : { minTokens: min }),
  }
}

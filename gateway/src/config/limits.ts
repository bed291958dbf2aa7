/** Limits as the road takes them, from the settings. */

import type { LimitsConfig, ProviderConfig, ProviderLimitsConfig } from './config.ts'
import { milliseconds } from './clocks.ts'
import type { ProviderSettings, Settings } from './schema.ts'

export function limitsOf({ limits = {} }: Settings): LimitsConfig {
  return {
    concurrency: limits.concurrency ?? 0,
    queue: {
      size: limits.queue_size ?? 0,
      timeoutMs: milliseconds(limits.queue_timeout ?? 0),
      prioritization: limits.prioritization ?? true,
      ageingMs: milliseconds(limits.ageing ?? 0),
    },
    adaptive: limits.adaptive ?? true,
  }
}

/** Undefined when nothing limits the provider. */
export function providerLimitsOf(settings: ProviderSettings): ProviderLimitsConfig | undefined {
  const { max_concurrent_requests: concurrency, model_concurrency: modelConcurrency } = settings
  const { rate_limit: requestsPerMinute, token_rate_limit: tokensPerMinute } = settings
  const limits: ProviderLimitsConfig = {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(modelConcurrency === undefined ? {} : { modelConcurrency }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
  }
  return Object.keys(limits).length === 0 ? undefined : limits
}

const DAY_MS = 86_400_000

/** How a provider's keys share the work, and what each may be used for. */
export function keyRulesOf(settings: ProviderSettings): Pick<ProviderConfig, 'keyWeights' | 'keyQuota'> {
  const { key_weights: keyWeights, key_quota: quota } = settings
  const { requests, tokens, period } = quota ?? {}
  return {
    ...(keyWeights === undefined ? {} : { keyWeights }),
    ...(quota === undefined
      ? {}
      : {
          keyQuota: {
            periodMs: period === undefined ? DAY_MS : milliseconds(period),
            ...(requests === undefined ? {} : { requests }),
            ...(tokens === undefined ? {} : { tokens }),
          },
        }),
  }
}

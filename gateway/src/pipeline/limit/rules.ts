/** What configuration says about how much may pass at a time. 0 or absent means no limit. */

export interface LimitRules {
  /** Requests at providers at the same time, all providers together. */
  readonly concurrency: number
  readonly queue: QueueRules
  /** Whether 429s lower the rate at which their provider is asked. */
  readonly adaptive: boolean
}

export interface QueueRules {
  /** Requests that may wait. */
  readonly size: number
  /** Milliseconds a request may wait. */
  readonly timeoutMs: number
  /** `false`: everybody waits in the order of arrival. */
  readonly prioritization: boolean
  /** Milliseconds of waiting that lift a request by one class, so that no class starves. */
  readonly ageingMs: number
}

/** Of one provider. */
export interface ProviderLimits {
  readonly concurrency?: number
  /** Requests at the same time, by the upstream's name of the model. */
  readonly modelConcurrency?: Readonly<Record<string, number>>
  readonly requestsPerMinute?: number
  /** Tokens of requests and answers together: estimated before, settled after. */
  readonly tokensPerMinute?: number
}

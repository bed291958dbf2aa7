/** What the keys mean that say how long is waited, what is tried again, and how much may pass at a time. */

import type { Meanings } from './meaning.ts'

/** For the gateway as for one provider. */
export const CLOCK_MEANINGS = {
  connect: 'seconds until the connection stands',
  headers: 'seconds until the response headers; a whole answer must be complete by then',
  first_token: 'seconds until the first content of a stream',
  idle: 'seconds between two pieces of a stream',
  total: 'seconds for all attempts together',
} as const satisfies Meanings

export const RETRIES = 'retries after the first attempt on one target'

export const RETRY_POLICY =
  'how the waits between retries grow: `exponential` (1, 2, 4 … 60 s), `linear` (1, 2, 3 … 60 s), `fixed` (1 s), `immediate`; a fifth of it while another target stands ready; what the provider tells comes first'

const GIVEN_A_REST = '[given a rest](../guide/resilience.md#circuit-breaker)'

export const RESILIENCE_MEANINGS: Meanings = {
  ...Object.fromEntries(Object.entries(CLOCK_MEANINGS).map(([clock, text]) => [`timeouts.${clock}`, text])),
  max_retries: RETRIES,
  retry_policy: RETRY_POLICY,
  mid_stream:
    'what becomes of a stream that breaks off after its first content: `continue` lets another declared target go on with the text, `error` tells the error',
  hedging:
    'asks a second time when the first content of a stream comes later than 95 of the last 100 did, for one request in twenty at most and never while a provider limits us; the slower call is cancelled and paid for',
  single_flight:
    'lets identical requests that are under way together share one call, where temperature is 0 or a seed is set, and for embeddings',
  'circuit_breaker.enabled': `whether a provider that fails is ${GIVEN_A_REST}`,
  'circuit_breaker.failure_threshold': 'failures in a row after which a provider is given a rest',
  'circuit_breaker.recovery_timeout':
    'seconds that the rest lasts, until one request at a time is let through on trial',
  'circuit_breaker.longest_recovery': 'the rest doubles with every failed trial, up to this many seconds',
  'circuit_breaker.error_rate':
    'share of failures in the window after which a provider is given a rest; 0 is never',
  'circuit_breaker.slow_call_seconds': 'a call whose first content takes more seconds is slow; 0 is never',
  'circuit_breaker.slow_call_rate':
    'share of slow calls in the window after which a provider is given a rest',
  'circuit_breaker.minimum_volume': 'calls in the window below which shares mean nothing',
  'circuit_breaker.window': 'length of the window in seconds',
  'circuit_breaker.success_threshold': 'good trials after which a provider serves again',
  'circuit_breaker.ramp_up':
    'seconds in which its share of traffic then grows, where another target could serve',
  'circuit_breaker.per_model': 'gives each model of a provider a circuit of its own',
  health_check_interval:
    'seconds between two [probes](../guide/resilience.md#health) of a provider, at least 10; 0 is never',
  'limits.concurrency': 'requests at all providers together at the same time; 0 is no limit',
  'limits.queue_size': 'requests that may wait for their turn; the next one gets 503',
  'limits.queue_timeout': 'seconds that one may wait; then it gets 504',
  'limits.prioritization': 'whether the line heeds `X-Priority` and callers take turns',
  'limits.ageing':
    'seconds of waiting that lift a request by one class, so that no class starves; 0 is never',
  'limits.adaptive':
    'whether 429s of a provider lower the rate at which it is asked, until it bears more again',
  'token_limits.max': {
    meaning: 'requests for more tokens are lowered to it; 0 is no limit',
    otherwise: 'none',
  },
  'token_limits.min': { meaning: 'requests for fewer tokens are raised to it; 0 is none', otherwise: 'none' },
}

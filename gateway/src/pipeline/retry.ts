/**
 * Tries the current target again where the error table allows it: the next key at once, or the same target after a wait.
 * Never blindly: a budget for the whole process, jitter, delays told by the server obeyed, the exchange's deadline kept.
 */

import { asGatewayError, type Clock, GatewayError, type Random, type RetryPolicy } from '#core'
import type { Answer } from './answer.ts'
import { concernsKey, type Exchange } from './exchange.ts'
import type { RetryBudget } from './retry-budget.ts'
import type { Observer } from './settle.ts'
import type { Call, Step } from './step.ts'

export interface RetryParts {
  readonly clock: Clock
  readonly random: Random
  readonly budget: RetryBudget
  readonly observer: Observer
}

export const WAITS = {
  firstMs: 1000,
  /** While another target stands ready nobody waits long for this one. */
  firstWithAlternativeMs: 200,
  longestMs: 60_000,
  /** Told to wait longer than this, a request goes to another target that stands ready. */
  patienceMs: 1000,
}
/** Not at once: a wait of nothing is the next key's turn. */
const IMMEDIATE_MS = 1

export function retry(parts: RetryParts): Step {
  const { clock, budget, observer } = parts
  const again = async (first: unknown, exchange: Exchange, next: Call): Promise<Answer> => {
    let thrown = first
    for (let retries = 0; ;) {
      const error = asGatewayError(thrown)
      const delayMs = delayFor(error, retries, exchange, parts)
      if (delayMs === undefined || !budget.take()) throw exhausted(error, exchange)
      observer.onRetry?.(exchange, error, delayMs)
      // A wait of nothing is the next key's turn; it is not a retry of the same thing.
      if (delayMs > 0) {
        retries++
        exchange.forgetTried()
        await pause(delayMs, exchange, clock)
      }
      try {
        return await next(exchange)
      } catch (later) {
        thrown = later
      }
    }
  }
  return (next) => (exchange) => {
    if (exchange.attempts.length === 0) budget.onRequest()
    return next(exchange).catch((thrown: unknown) => again(thrown, exchange, next))
  }
}

/** Milliseconds to wait before trying this target again; undefined when it must not be tried again. */
function delayFor(
  error: GatewayError,
  retries: number,
  exchange: Exchange,
  { clock, random }: RetryParts,
): number | undefined {
  const target = exchange.target
  if (target === undefined || exchange.cancellation.cancelled) return undefined
  const { provider } = target
  if (concernsKey(error) && !provider.passthrough && exchange.triedKeys.size < provider.keys.size) return 0
  if (error.traits.next !== 'same-target' || retries >= provider.maxRetries) return undefined
  if (exchange.hasAlternative && isHopeless(error, retries)) return undefined
  if (error.facts.charged === true) return undefined
  const told = error.facts.retryAfterMs
  if (told !== undefined && told > WAITS.patienceMs && exchange.hasAlternative) return undefined
  const delay =
    told === undefined
      ? backoff(steps(retries, provider.retryPolicy, exchange.hasAlternative), random)
      : Math.max(IMMEDIATE_MS, told)
  const total = provider.timeouts.totalMs
  const left = total === 0 ? Infinity : exchange.startedAt + total - clock.now()
  return delay > WAITS.longestMs * 1.3 || delay >= left ? undefined : delay
}

/**
 * While another target stands ready: a second wait of a minute for the same silence helps nobody, nobody is at home a moment later
 * where nobody was, and of two connections broken in a row the third will be too.
 */
function isHopeless({ type, facts }: GatewayError, retries: number): boolean {
  return type === 'timeout' || facts.unreached === true || (type === 'connection' && retries > 0)
}

/** 10 to 30 % longer, so that callers who failed together do not come back together. */
function backoff(ms: number, random: Random): number {
  return Math.min(ms, WAITS.longestMs) * (1.1 + 0.2 * random())
}

/** By default 1, 2, 4 … 60 s, and a fifth of it where another target stands ready. */
function steps(retries: number, policy: RetryPolicy, hasAlternative: boolean): number {
  const first = hasAlternative ? WAITS.firstWithAlternativeMs : WAITS.firstMs
  switch (policy) {
    case 'exponential':
      return first * 2 ** retries
    case 'linear':
      return first * (retries + 1)
    case 'fixed':
      return first
    case 'immediate':
      return IMMEDIATE_MS
  }
}

function pause(ms: number, exchange: Exchange, clock: Clock): Promise<void> {
  const begun = clock.now()
  return new Promise((resolve, reject) => {
    const timer = clock.timer(ms, () => {
      stop()
      exchange.waitedMs += clock.now() - begun
      resolve()
    })
    const stop = exchange.cancellation.listen(() => {
      timer.cancel()
      reject(new GatewayError('cancelled', 'The client left while a retry was waiting.'))
    })
  })
}

/** Says so when every key was refused; the last refusal stays the reason. */
function exhausted(error: GatewayError, { target, triedKeys }: Exchange): GatewayError {
  if (target === undefined || !concernsKey(error) || error.facts.wrongKey === true) return error
  const { keys, name } = target.provider
  if (keys.size < 2 || triedKeys.size < keys.size) return error
  return new GatewayError(
    error.type,
    `All ${keys.size} keys of provider "${name}" were refused. ${error.message}`,
    {
      ...error.facts,
      status: error.status,
      cause: error,
    },
  )
}

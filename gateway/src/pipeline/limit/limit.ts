/** Lets a request through when limits allow, else holds it; where another target stands ready, it goes there instead of waiting. */

import { asGatewayError, type Clock, GatewayError } from '#core'
import type { Answer } from '../answer.ts'
import type { Exchange, Target } from '../exchange.ts'
import { headerText } from '../route/header.ts'
import type { Observer } from '../settle.ts'
import type { Step } from '../step.ts'
import type { Ask, Lease, Limiter } from './limiter.ts'
import { priorityOf } from './priority.ts'

export interface LimitParts {
  readonly clock: Clock
  readonly limiter: Limiter
  readonly observer: Observer
}

export function limit(parts: LimitParts): Step {
  const { limiter } = parts
  return (next) => async (exchange) => {
    const { target } = exchange
    if (target === undefined) return next(exchange)
    const entered = enter(exchange, target, parts)
    // Waiting for what is there costs a turn of the loop's queue.
    const lease = entered instanceof Promise ? await entered : entered
    const gates = limiter.gatesOf(target.provider.name)
    let answer: Answer
    try {
      answer = await next(exchange)
    } catch (thrown) {
      lease.release()
      if (asGatewayError(thrown).type === 'rate-limited') gates.rate?.refused()
      throw thrown
    }
    gates.rate?.answered()
    if (answer.type === 'stream') answer.stream.whenOver(() => lease.release())
    else lease.release()
    if (gates.countsTokens) exchange.whenUsed((usage) => lease.settle(usage))
    return answer
  }
}

/** Gives the lease at once where nothing has to be waited for. */
export function enter(exchange: Exchange, target: Target, parts: LimitParts): Lease | Promise<Lease> {
  const ask = askOf(exchange, target, parts)
  const lease = parts.limiter.tryTake(ask)
  if (lease !== undefined) return lease
  if (exchange.hasAlternative) {
    throw new GatewayError('busy', `Provider "${target.provider.name}" has no room now.`, {
      provider: target.provider.name,
    })
  }
  return wait(exchange, ask, parts)
}

/** Waiting in vain is waiting too. */
async function wait(exchange: Exchange, ask: Ask, { clock, limiter, observer }: LimitParts): Promise<Lease> {
  const begun = clock.now()
  try {
    const lease = await limiter.take(ask)
    observer.onQueued?.(exchange, lease.waitedMs)
    return lease
  } finally {
    exchange.queuedMs += clock.now() - begun
  }
}

function askOf(exchange: Exchange, target: Target, { clock, limiter }: LimitParts): Ask {
  const { headers, cancellation, startedAt } = exchange
  const { totalMs } = target.provider.timeouts
  return {
    target,
    priority: limiter.prioritization ? priorityOf(headerText(headers['x-priority'])) : 'normal',
    caller: callerOf(exchange),
    since: startedAt,
    tokens: limiter.gatesOf(target.provider.name).countsTokens ? probableTokens(exchange) : 0,
    patienceMs: totalMs === 0 ? Infinity : Math.max(0, startedAt + totalMs - clock.now()),
    cancellation,
  }
}

/** Whose turn it is: a conversation's where the client names one, else its key's. */
function callerOf({ callerKey, client, headers }: Exchange): string {
  const session = headerText(headers['x-session-id']) ?? headerText(headers['x-claude-code-session-id'])
  return session ?? client?.name ?? callerKey ?? ''
}

/** Bytes of mixed prose, code and JSON per token. */
const BYTES_PER_TOKEN = 4
/** Tokens of an answer whose request sets no limit. */
const USUAL_ANSWER = 1000

function probableTokens({ body, head }: Exchange): number {
  return Math.ceil(body.length / BYTES_PER_TOKEN) + (head.maxOutputTokens ?? USUAL_ANSWER)
}

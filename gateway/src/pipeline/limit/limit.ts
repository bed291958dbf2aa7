/** Lets a request through when limits allow, else holds it; where another target stands ready, it goes there instead of waiting. */

import { type Clock, type ErrorType, GatewayError } from '#core'
import type { Answer } from '../answer.ts'
import type { Exchange, Target } from '../exchange.ts'
import { headerText } from '../route/header.ts'
import type { Observer } from '../settle.ts'
import type { Watch, Watcher } from '../watch.ts'
import type { Ask, Lease, Limiter, Place } from './limiter.ts'
import { type Priority, priorityOf } from './priority.ts'

export interface LimitParts {
  readonly clock: Clock
  readonly limiter: Limiter
  readonly observer: Observer
}

export function limit(parts: LimitParts): Watcher {
  return (exchange, target) => {
    const entered = exchange.room?.claim(target) ?? enter(exchange, target, parts)
    if (entered instanceof Promise) return entered.then((lease) => new Leased(lease, exchange, parts.limiter))
    return new Leased(entered, exchange, parts.limiter)
  }
}

class Leased implements Watch {
  readonly #lease: Lease
  readonly #exchange: Exchange
  readonly #countsTokens: boolean

  constructor(lease: Lease, exchange: Exchange, limiter: Limiter) {
    this.#lease = lease
    this.#exchange = exchange
    this.#countsTokens = limiter.gatesOf(lease.target.provider.name).countsTokens
    exchange.isCounted = true
  }

  answered(answer: Answer): void {
    const lease = this.#lease
    if (answer.type === 'stream') answer.stream.whenOver(() => lease.release())
    else lease.release()
    if (this.#countsTokens) this.#exchange.whenUsed((usage) => lease.settle(usage))
  }

  failed(error: GatewayError): void {
    // Kept back before it was sent: by its circuit, for instance.
    if (this.#exchange.isCounted) this.#lease.unsent()
    else if (isFree(error)) this.#lease.settle(NO_TOKENS)
    this.#exchange.isCounted = false
    this.#lease.release()
  }
}

/** Failures after which nobody knows what the provider has done until then. */
const UNSURE: ReadonlySet<ErrorType> = new Set([
  'timeout',
  'deadline',
  'cancelled',
  'cut-stream',
  'bad-answer',
])
export const NO_TOKENS = { inputTokens: 0, outputTokens: 0 }

/** Whether a call that failed so has used no tokens. */
export function isFree({ type, facts }: GatewayError): boolean {
  return facts.charged !== true && !UNSURE.has(type)
}

/** Gives the lease at once where nothing has to be waited for. */
export function enter(exchange: Exchange, target: Target, parts: LimitParts): Lease | Promise<Lease> {
  // A word that is none is refused also where nobody waits.
  const priority = priorityIn(exchange, parts.limiter)
  const lease = parts.limiter.tryTake(placeOf(exchange, target, parts.limiter))
  if (lease !== undefined) return lease
  if (exchange.goesOnWhenFull) {
    throw new GatewayError('busy', `Provider "${target.provider.name}" has no room now.`, {
      provider: target.provider.name,
    })
  }
  return wait(exchange, askOf(exchange, [target], priority, parts), parts)
}

/** A place that was waited for before the request is sent on its way. Whoever does not claim it leaves it to be given back. */
export class Room {
  readonly target: Target
  #lease: Lease | undefined

  constructor(lease: Lease) {
    this.target = lease.target
    this.#lease = lease
  }

  claim(target: Target): Lease | undefined {
    if (target.provider !== this.target.provider) return undefined
    // Another model has other limits, and must not wait for what is held here.
    if (target.model !== this.target.model) this.giveBack()
    const lease = this.#lease
    this.#lease = undefined
    return lease
  }

  giveBack(): void {
    this.#lease?.unsent()
    this.#lease?.release()
    this.#lease = undefined
  }
}

/** Of several that are full, whichever has room first. */
export async function roomAt(
  exchange: Exchange,
  targets: readonly Target[],
  parts: LimitParts,
): Promise<Room> {
  const priority = priorityIn(exchange, parts.limiter)
  for (const target of targets) {
    const lease = parts.limiter.tryTake(placeOf(exchange, target, parts.limiter))
    if (lease !== undefined) return new Room(lease)
  }
  return new Room(await wait(exchange, askOf(exchange, targets, priority, parts), parts))
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

function priorityIn({ headers }: Exchange, { prioritization }: Limiter): Priority {
  return prioritization ? priorityOf(headerText(headers['x-priority'])) : 'normal'
}

function askOf(
  exchange: Exchange,
  targets: readonly Target[],
  priority: Priority,
  { clock, limiter }: LimitParts,
): Ask {
  const { cancellation, startedAt } = exchange
  let total = Infinity
  for (const { provider } of targets)
    if (provider.timeouts.totalMs > 0) total = Math.min(total, provider.timeouts.totalMs)
  return {
    places: targets.map((target) => placeOf(exchange, target, limiter)),
    priority,
    caller: callerOf(exchange),
    since: startedAt,
    patienceMs: total === Infinity ? total : Math.max(0, startedAt + total - clock.now()),
    cancellation,
  }
}

function placeOf(exchange: Exchange, target: Target, limiter: Limiter): Place {
  const { countsTokens } = limiter.gatesOf(target.provider.name)
  return { target, tokens: countsTokens ? probableTokens(exchange) : 0 }
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

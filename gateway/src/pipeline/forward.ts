/**
 * The short road of what is metered but not understood: files, batches, pictures, sound. Chooses the provider, rebuilds the head,
 * passes the bytes. One attempt: a body that went out cannot be sent again.
 */

import { Buffer } from 'node:buffer'
import { asGatewayError, type Clock, type GatewayError, type JsonObject } from '#core'
import type { Provider } from '#providers'
import type { UpstreamRequest } from '#transport'
import { enter as enterCircuit, outcomeOf as circuitOutcome } from './breaker/breaker.ts'
import type { Pass } from './breaker/circuit.ts'
import type { Circuits } from './breaker/circuits.ts'
import { type CoolDowns, hasOtherKey, isLimit } from './breaker/cool-down.ts'
import type { Exchange, Target } from './exchange.ts'
import {
  ForwardAttempt,
  type ForwardAnswer,
  type ForwardCall,
  type ForwardEnd,
  type Upload,
} from './forward-attempt.ts'
import { type ForwardChoice, chooseForward, type ForwardRules, type ForwardWish } from './forward-choice.ts'
import { enter as enterLimits, isFree, NO_TOKENS } from './limit/limit.ts'
import type { Limiter } from './limit/limiter.ts'
import { keyFor } from './outgoing.ts'
import type { Observer, Outcome } from './settle.ts'
import { splice } from './splice.ts'

export interface ForwardOrder extends ForwardWish {
  readonly method: UpstreamRequest['method']
  /** Under the provider's base URL, with its query. */
  readonly path: string
  readonly body: ForwardBody
  /** Whether the answer may tell what was used. */
  readonly metered: boolean
}

export type ForwardBody =
  | { readonly type: 'none' }
  /** Small enough to look into. */
  | { readonly type: 'json'; readonly bytes: Buffer; readonly wire: JsonObject }
  | { readonly type: 'upload'; readonly upload: Upload }

/** Resolves with the head of a good answer; whatever else comes is a rejection. */
export type Forward = (exchange: Exchange, order: ForwardOrder) => Promise<ForwardAnswer>

export interface ForwardParts extends ForwardRules {
  readonly clock: Clock
  readonly observer: Observer
  readonly limiter: Limiter
  readonly circuits: Circuits
  readonly coolDowns: CoolDowns
}

export function forwarder(parts: ForwardParts): Forward {
  return async (exchange, order) => {
    const { observer, clock } = parts
    observer.onBegun?.(exchange)
    const settle = (end: ForwardEnd): void =>
      observer.onSettled?.(exchange, outcomeOf(exchange, order, end, clock))
    let leave: Leave | undefined
    const over = (end: ForwardEnd): void => {
      leave?.(end)
      settle(end)
    }
    try {
      const choice = chooseForward(exchange, order, parts)
      leave = await admitted(exchange, choice, parts)
      const { target, call } = await prepare(exchange, choice, order)
      return await new Promise((resolve, reject) => {
        new ForwardAttempt(exchange, target, call, { resolve, reject, over }, clock).begin()
      })
    } catch (thrown) {
      const error = asGatewayError(thrown)
      // An attempt that was begun has told its end itself.
      if (exchange.attempts.length === 0) over({ error, usage: undefined, bytesOut: 0 })
      throw error
    }
  }
}

/** Gives back what was taken, and says how it went. */
type Leave = (end: Pick<ForwardEnd, 'error' | 'usage'>) => void

/** The limits and the circuit of its provider hold for what is passed on too. */
async function admitted(
  exchange: Exchange,
  { provider, model, reason }: ForwardChoice,
  parts: ForwardParts,
): Promise<Leave> {
  const { clock, observer, limiter, circuits } = parts
  const target = { provider, model }
  exchange.route = { targets: [target], reason, considered: [{ provider: provider.name, model }] }
  exchange.target = target
  const lease = await enterLimits(exchange, target, { clock, limiter, observer })
  let pass: Pass | undefined
  try {
    pass = circuits.rules.enabled ? enterCircuit(exchange, target, circuits) : undefined
  } catch (thrown) {
    lease.unsent()
    lease.release()
    throw thrown
  }
  const { rate } = limiter.gatesOf(provider.name)
  return ({ error, usage }) => {
    if (exchange.attempts.length === 0) lease.unsent()
    else lease.settle(usage ?? (error !== undefined && isFree(error) ? NO_TOKENS : undefined))
    lease.release()
    pass?.over(circuitOutcome(error, circuits))
    rest(exchange, target, error, parts)
    if (error === undefined) limiter.answered(provider.name)
    else if (error.type === 'rate-limited') rate?.refused()
  }
}

/** Whoever says "not so fast" to what is passed on is spared by all. */
function rest(
  exchange: Exchange,
  target: Target,
  error: GatewayError | undefined,
  { observer, coolDowns }: ForwardParts,
): void {
  if (error === undefined) return coolDowns.answered(target, exchange)
  // A quota of our own is no word of the provider's.
  if (exchange.attempts.length === 0) return
  if (!isLimit(error)) return
  observer.onRateLimited?.(exchange, target, error)
  if (!hasOtherKey(exchange, target)) coolDowns.refused(target, exchange, error)
}

interface Prepared {
  readonly target: { readonly provider: Provider; readonly model: string }
  readonly call: ForwardCall
}

async function prepare(exchange: Exchange, choice: ForwardChoice, order: ForwardOrder): Promise<Prepared> {
  const { provider, model } = choice
  const target = { provider, model }
  const key = keyFor(exchange, choice)
  const { method } = order
  const path = provider.pathTo(order.path)
  const body = bodyOf(order, choice)
  const draft = { method, path, key, body: order.body.type === 'upload' ? null : (body as Uint8Array | null) } // by its type
  const grant = await provider.authorize?.(draft)
  const headers = [...headersFor(exchange, provider, key, order.body), ...(grant?.headers ?? [])]
  return {
    target,
    call: {
      // The two kinds of requests differ in the type of their bodies alone.
      request: { method, path, headers, body } as ForwardCall['request'],
      upload: order.body.type === 'upload' ? order.body.upload : undefined,
      metered: order.metered,
      key,
      secrets: [...(provider.secrets ?? []), ...(key === undefined ? [] : [key]), ...(grant?.secrets ?? [])],
    },
  }
}

function bodyOf({ body }: ForwardOrder, { model }: ForwardChoice): ForwardCall['request']['body'] {
  switch (body.type) {
    case 'none':
      return null
    case 'upload':
      return body.upload.stream
    case 'json':
      return body.wire['model'] !== model && model !== ''
        ? Buffer.from(splice(body.bytes.toString('latin1'), body.wire, { model }), 'latin1')
        : body.bytes
  }
}

/** What the client says of its own body and of the answer it wants goes on; for the rest the provider's list holds. */
function headersFor(
  exchange: Exchange,
  provider: Provider,
  key: string | undefined,
  body: ForwardBody,
): string[] {
  const headers: string[] = []
  const own = provider.headers(key, exchange.headers)
  for (let at = 0; at + 1 < own.length; at += 2) {
    const [name = '', value = ''] = own.slice(at, at + 2)
    if (!REPLACED.has(name.toLowerCase())) headers.push(name, value)
  }
  const told =
    body.type === 'none' ? ['accept'] : body.type === 'json' ? ['accept', 'content-type'] : OF_UPLOADS
  for (const name of told) {
    const value = exchange.headers[name]
    if (typeof value === 'string') headers.push(name, value)
  }
  return headers
}

const REPLACED: ReadonlySet<string> = new Set(['content-type', 'accept'])
const OF_UPLOADS = ['accept', 'content-type', 'content-length', 'content-encoding'] as const

function outcomeOf(exchange: Exchange, order: ForwardOrder, end: ForwardEnd, clock: Clock): Outcome {
  const { error, usage, bytesOut } = end
  const status = exchange.attempts.at(-1)?.status
  return {
    result: error === undefined ? 'completed' : error.type === 'cancelled' ? 'cancelled' : 'failed',
    ...(error === undefined ? {} : { error }),
    ...(usage === undefined ? {} : { usage }),
    totalMs: clock.now() - exchange.startedAt,
    forwarded: { bytesIn: bytesIn(order.body), bytesOut, ...(status === undefined ? {} : { status }) },
  }
}

function bytesIn(body: ForwardBody): number {
  if (body.type === 'none') return 0
  return body.type === 'json' ? body.bytes.length : body.upload.size
}

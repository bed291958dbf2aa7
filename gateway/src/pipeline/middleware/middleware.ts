/**
 * The step of the middlewares. It stands around each target that is asked, so its hooks know who answers; where none concerns a target,
 * nothing is made and nothing is looked at.
 */

import { asGatewayError, isEmbed, parseJson } from '#core'
import type { Asked, AskedChange, CallHooks, Chain, Ending, HookedCall } from '#plugins'
import type { Answer, BytesAnswer, WholeAnswer } from '../answer.ts'
import type { Exchange, Target } from '../exchange.ts'
import { headerText } from '../route/header.ts'
import type { Call, Step } from '../step.ts'
import { decodeContext, lastUsage } from '../whole-body.ts'
import { HookedStream } from './hooked-stream.ts'

export function middleware(chain: Chain): Step {
  return (next) => (exchange) => {
    const { target } = exchange
    if (target === undefined || !chain.concerns(target.provider.name, target.model)) return next(exchange)
    return hooked(exchange, target, next, chain)
  }
}

async function hooked(exchange: Exchange, target: Target, next: Call, chain: Chain): Promise<Answer> {
  const hooks = chain.begin(callOf(exchange, target))
  if (hooks === undefined) return next(exchange)
  exchange.isHeard = true
  try {
    const change = isChat(exchange) ? await hooks.request(askedOf(exchange, target)) : {}
    return await answered(await passed(exchange, target, change, next), exchange, hooks)
  } catch (thrown) {
    const error = asGatewayError(thrown)
    hooks.complete({ result: error.type === 'cancelled' ? 'cancelled' : 'failed', error })
    throw error
  }
}

/** Only a changed request needs an exchange of its own. */
async function passed(exchange: Exchange, target: Target, change: AskedChange, next: Call): Promise<Answer> {
  const { request, model, headers } = change
  if (request === undefined && model === undefined && headers === undefined) return next(exchange)
  const fork = exchange.fork(request)
  fork.target = model === undefined ? target : { ...target, model }
  fork.hasAlternative = exchange.hasAlternative
  fork.mayContinue = exchange.mayContinue
  fork.headerChanges = headers
  try {
    const answer = await next(fork)
    return model === undefined ? answer : { ...answer, routed: target }
  } finally {
    exchange.waitedMs += fork.waitedMs
    exchange.queuedMs += fork.queuedMs
    exchange.tried(...fork.triedKeys)
  }
}

async function answered(answer: Answer, exchange: Exchange, hooks: CallHooks): Promise<Answer> {
  try {
    const headers = hooks.headers()
    const told = await throughHooks(answer, exchange, hooks)
    return headers === undefined ? told : { ...told, headers }
  } catch (thrown) {
    // Nobody will read it, so it must not go on.
    if (answer.type === 'stream') exchange.cancellation.cancel()
    throw thrown
  }
}

async function throughHooks(answer: Answer, exchange: Exchange, hooks: CallHooks): Promise<Answer> {
  if (answer.type === 'stream') {
    const changes = hooks.changesAnswer()
    if (changes) noteOne(exchange)
    const stream = new HookedStream(answer.stream, { hooks, cancellation: exchange.cancellation, changes })
    return { ...answer, stream, ...(changes ? { lane: 'translate' as const } : {}) }
  }
  const isRead = isChat(exchange) && hooks.readsAnswer
  const told = isRead && answer.type !== 'vectors' ? await whole(answer, exchange, hooks) : answer
  hooks.complete(endingOf(told))
  return told
}

async function whole(
  answer: WholeAnswer | BytesAnswer,
  exchange: Exchange,
  hooks: CallHooks,
): Promise<WholeAnswer | BytesAnswer> {
  const { target } = answer
  const changes = hooks.changesAnswer()
  const came = answer.type === 'whole' ? answer.events : eventsIn(answer, exchange, changes)
  if (came === undefined) return answer
  const events = await hooks.response(came)
  if (!changes) return answer
  noteOne(exchange)
  return { type: 'whole', target, lane: 'translate', events }
}

/** Of several answers that passed as bytes, one is in the events. */
function noteOne({ head: { several }, attempts }: Exchange): void {
  if (several === undefined) return
  const reason = 'A middleware may change the answer, and holds one.'
  attempts.at(-1)?.notes.push({ kind: 'dropped', field: several, reason })
}

/** What nobody would change may pass though nobody can read it. */
function eventsIn(
  { raw, target }: BytesAnswer,
  exchange: Exchange,
  needed: boolean,
): WholeAnswer['events'] | undefined {
  const { chat } = target.provider.dialect
  try {
    return chat.decodeResponse(parseJson(String(raw)) ?? null, decodeContext(target, exchange.id))
  } catch (thrown) {
    if (needed) throw thrown
    return undefined
  }
}

function endingOf(answer: Exclude<Answer, { readonly type: 'stream' }>): Ending {
  const usage =
    answer.type === 'whole'
      ? lastUsage(answer.events)
      : answer.type === 'bytes'
        ? answer.usage
        : answer.response.usage
  return { result: 'completed', ...(usage === undefined ? {} : { usage }) }
}

function isChat({ operation }: Exchange): boolean {
  return !isEmbed(operation) && operation !== 'forward'
}

function askedOf(exchange: Exchange, { model }: Target): Asked {
  return {
    get request() {
      return exchange.request
    },
    model,
  }
}

function callOf(exchange: Exchange, { provider, model }: Target): HookedCall {
  const { head, headers } = exchange
  return {
    id: exchange.id,
    provider: provider.name,
    type: provider.type,
    model,
    asked: head.model,
    dialect: provider.dialect.name,
    clientDialect: exchange.dialect.name,
    operation: exchange.operation,
    stream: head.stream,
    header: (name) => headerText(headers[name]),
  }
}

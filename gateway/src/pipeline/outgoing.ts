/** Makes the provider's request of an exchange: which lane, which body, which headers. */

import { Buffer } from 'node:buffer'
import {
  type ChatRequest,
  GatewayError,
  isEmbed,
  type JsonObject,
  type JsonValue,
  mayHoldSeal,
  type Note,
  type RoadOperation,
} from '#core'
import type { HeaderChanges } from '#plugins'
import type { Envelope, Provider } from '#providers'
import type { UpstreamRequest } from '#transport'
import { embedCodec } from './embed-codec.ts'
import type { Exchange, Lane, Target } from './exchange.ts'
import { splice } from './splice.ts'
import { aliased, type Originals } from './tool-aliases.ts'

export interface Outgoing extends UpstreamRequest {
  readonly lane: Lane
  readonly key: string | undefined
  readonly notes: Note[]
  /** Where the answer will speak of tools by other names than the client's. */
  readonly toolNames: Originals | undefined
  readonly isAscii: boolean
}

export function outgoing(exchange: Exchange, target: Target): Outgoing {
  const { provider } = target
  const key = keyFor(exchange, target)
  const { path, body, isAscii, lane, notes, toolNames } = written(exchange, target)
  return {
    method: 'POST',
    path,
    headers: changed(
      provider.headers(key, lane === 'same' ? exchange.headers : undefined),
      exchange.headerChanges,
    ),
    body,
    isAscii,
    lane,
    key,
    notes,
    toolNames,
  }
}

/** Names and values in turn. What takes a header away or sets it does so whoever had set it. */
function changed(headers: string[], changes: HeaderChanges | undefined): string[] {
  if (changes === undefined) return headers
  const { set = {}, remove = [] } = changes
  const gone = new Set([...remove, ...Object.keys(set)])
  const kept = headers.filter((_, at) => !gone.has((headers[at - (at % 2)] ?? '').toLowerCase()))
  return [...kept, ...Object.entries(set).flat()]
}

/** All of it but for what lets it in. */
export type Written = Pick<Outgoing, 'path' | 'lane' | 'notes'> & Content

/** Throws where the target cannot be asked this. */
export function written(exchange: Exchange, target: Target): Written {
  const { provider } = target
  const notes: Note[] = []
  const lane = laneOf(exchange, target)
  const { body, isAscii, toolNames } =
    lane === 'same' ? sameBody(exchange, target) : translatedBody(exchange, target, notes)
  const path = provider.path(lane === 'same' ? exchange.operation : operationFor(exchange, target), {
    model: target.model,
    stream: exchange.head.stream,
  })
  if (path === undefined) {
    throw new GatewayError('invalid-request', `Provider "${provider.name}" has no such operation.`, {
      provider: provider.name,
    })
  }
  return { path, body, isAscii, lane, notes, toolNames }
}

/** Whether it can give as many answers as are asked for. */
export function givesAll(exchange: Exchange, { provider: asked, model }: Target): boolean {
  if (exchange.head.several === undefined) return true
  const provider = asked.forModel?.(model) ?? asked
  return laneOf(exchange, { provider, model }) === 'same'
}

/**
 * Bytes may pass when both ends speak the same dialect, unless the history carries state that we sealed for another
 * provider: that must be opened or taken out.
 */
function laneOf(exchange: Exchange, { provider, model }: Target): Lane {
  if (
    exchange.rewritten ||
    provider.dialect !== exchange.dialect ||
    provider.path(exchange.operation) === undefined
  )
    return 'translate'
  if (exchange.operation === 'generate' && !completes(provider, model)) return 'translate'
  if (isEmbed(exchange.operation)) {
    const refused = provider.traits(model).refuses ?? []
    return refused.some((field) => field in exchange.wire) ? 'translate' : 'same'
  }
  if (exchange.operation === 'chat' && provider.dialect.chat.unfit?.(exchange.wire, provider.traits(model)))
    return 'translate'
  return mayHoldSeal(exchange.latin1) ? 'translate' : 'same'
}

/**
 * A prompt completion becomes a chat turn where the provider speaks another dialect or has only chat; a chat cannot fill in, so
 * a suffix goes to whoever can.
 */
function operationFor(exchange: Exchange, { provider, model }: Target): RoadOperation {
  if (isEmbed(exchange.operation)) return 'embed'
  if (exchange.operation !== 'generate') return exchange.operation
  const { suffix } = exchange.request
  const { dialect } = provider
  const fits = dialect === exchange.dialect || (suffix !== undefined && dialect.chat.fillsIn === true)
  if (fits && completes(provider, model)) return 'generate'
  if (suffix === undefined) return 'chat'
  throw new GatewayError('invalid-request', `Provider "${provider.name}" cannot fill in before a suffix.`, {
    param: 'suffix',
    provider: provider.name,
  })
}

function completes(provider: Provider, model: string): boolean {
  if (provider.path('generate') === undefined) return false
  return provider.dialect.chat.completes?.(provider.traits(model)) ?? true
}

type Content = Pick<Outgoing, 'body' | 'isAscii' | 'toolNames'>

function sameBody(exchange: Exchange, target: Target): Content {
  const { model, spelled = model } = exchange.head
  const renamed = spelled !== target.model
  const limit = exchange.maxOutputTokens
  const { envelope } = target.provider
  if (!renamed && limit === undefined && envelope === undefined) return content(exchange.body)
  const { maxTokensField } = target.provider.traits(target.model)
  const named = isEmbed(exchange.operation)
    ? exchange.dialect.embed?.rename?.(exchange.wire, target.model)
    : undefined
  if (named !== undefined && renamed) return spliced(exchange, named)
  const fields = exchange.dialect.chat.amend(exchange.wire, {
    ...(renamed ? { model: target.model } : {}),
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    ...(maxTokensField === undefined ? {} : { maxTokensField }),
  })
  return spliced(exchange, envelope === undefined ? fields : { ...fields, ...inEnvelope(envelope) })
}

/** What is lacking is undefined. */
function inEnvelope({ adds, lacks }: Envelope): Readonly<Record<string, JsonValue | undefined>> {
  return { ...adds, ...Object.fromEntries(lacks.map((field) => [field, undefined])) }
}

function spliced(exchange: Exchange, fields: Readonly<Record<string, unknown>>): Content {
  const text = splice(exchange.latin1, exchange.wire, fields)
  // What is nothing but ASCII is the same in every coding.
  if (exchange.isAscii && isPlain(fields)) return content(text, true)
  return content(Buffer.byteLength(text) === text.length ? text : Buffer.from(text, 'latin1'))
}

function content(body: string | Uint8Array, isAscii = false, toolNames?: Originals): Content {
  return { body, isAscii, toolNames }
}

/** Whether it is certainly printed as ASCII. */
function isPlain(fields: Readonly<Record<string, unknown>>): boolean {
  for (const key in fields) {
    const value = fields[key]
    if (typeof value !== 'string' || Buffer.byteLength(value) !== value.length) return false
  }
  return true
}

function translatedBody(exchange: Exchange, { provider, model }: Target, notes: Note[]): Content {
  const { dialect, name, envelope } = provider
  const operation = operationFor(exchange, { provider, model })
  const same = dialect === exchange.dialect && operation === exchange.operation
  refuseBound(exchange, same, name)
  const context = {
    model,
    provider: provider.issuer ?? name,
    traits: provider.traits(model),
    // Histories are long: what is said of one message need not be said of the next.
    note: (note: Note) => {
      const repeats = (told: Note) =>
        told.kind === note.kind && told.field === note.field && told.reason === note.reason
      if (!notes.some(repeats)) notes.push(note)
    },
  }
  // What is undefined is not printed.
  const print = (wire: JsonObject) =>
    JSON.stringify(envelope === undefined ? wire : { ...wire, ...inEnvelope(envelope) })
  if (isEmbed(exchange.operation)) {
    return content(print(embedCodec(dialect).encodeRequest(exchange.embedRequest, context)))
  }
  refuseSeveral(exchange, name)
  const asked = operation === 'chat' ? asChat(exchange.request) : exchange.request
  const foreign = dialect.name !== exchange.dialect.name
  const { request, originals } = aliased(asked, foreign ? dialect.chat.toolNames : undefined, context.note)
  return content(print(dialect.chat.encodeRequest(request, context)), false, originals)
}

/** What only a provider like the client's own could serve. Embeddings have their own way of telling it. */
function refuseBound({ dialect, operation, wire }: Exchange, same: boolean, provider: string): void {
  if (same || isEmbed(operation) || operation === 'forward') return
  const refusal = dialect.chat.bound?.(wire, operation)
  if (refusal !== undefined) throw refusal.with({ provider })
}

/** The neutral model holds one answer. A middleware may have asked for more, or for fewer, than the client did. */
function refuseSeveral({ head, request }: Exchange, provider: string): void {
  if ((request.count ?? 1) <= 1) return
  const { several: param = 'n' } = head
  throw new GatewayError(
    'invalid-request',
    `${param}: provider "${provider}" can be asked for one answer at a time here. ` +
      'Several come only where a request passes as it is, to a provider of its own language.',
    { param, provider },
  )
}

/** A prompt asked as a conversation. */
function asChat(request: ChatRequest): ChatRequest {
  const { operation: _, ...chat } = request
  return chat
}

/** Undefined for a provider that needs none. Takes the turn of the key. */
export function keyFor(exchange: Exchange, { provider }: Pick<Target, 'provider'>): string | undefined {
  if (!provider.passthrough) return ownKey(exchange, provider)
  if (exchange.callerKey !== undefined) return exchange.callerKey
  throw new GatewayError(
    'authentication',
    `Provider "${provider.name}" takes your own key, and the request carries none.`,
    { provider: provider.name },
  )
}

/** Undefined for a provider that needs none. */
function ownKey({ triedKeys }: Exchange, { keys, name }: Provider): string | undefined {
  const key = keys.next(triedKeys)
  if (key !== undefined || keys.size === 0) return key
  // Not the provider's refusal: neither another key nor another try can help, another target can.
  throw new GatewayError('busy', `Every key of provider "${name}" has used up the quota set for it.`, {
    status: 429,
    code: 'insufficient_quota',
    provider: name,
  })
}

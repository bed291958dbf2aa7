/** Makes the provider's request of an exchange: which lane, which body, which headers. */

import { GatewayError, isEmbed, type Note, type RoadOperation, SEAL, SEAL_BASE64 } from '#core'
import type { UpstreamRequest } from '#transport'
import { embedCodec } from './embed-codec.ts'
import type { Exchange, Lane, Target } from './exchange.ts'
import { splice } from './splice.ts'

export interface Outgoing extends UpstreamRequest {
  readonly lane: Lane
  readonly key: string | undefined
  readonly notes: Note[]
}

export function outgoing(exchange: Exchange, target: Target): Outgoing {
  const { provider } = target
  const key = keyFor(exchange, target)
  const notes: Note[] = []
  const lane = laneOf(exchange, target)
  const body = lane === 'same' ? sameBody(exchange, target) : translatedBody(exchange, target, notes)
  const path = provider.path(lane === 'same' ? exchange.operation : operationFor(exchange, target), {
    model: target.model,
    stream: exchange.head.stream,
  })
  if (path === undefined) {
    throw new GatewayError('invalid-request', `Provider "${provider.name}" has no such operation.`, {
      provider: provider.name,
    })
  }
  return {
    method: 'POST',
    path,
    headers: provider.headers(key, lane === 'same' ? exchange.headers : undefined),
    body,
    lane,
    key,
    notes,
  }
}

/**
 * Bytes may pass when both ends speak the same dialect, unless the history carries state that we sealed for another
 * provider: that must be opened or taken out.
 */
function laneOf(exchange: Exchange, { provider, model }: Target): Lane {
  if (provider.dialect !== exchange.dialect || provider.path(exchange.operation) === undefined)
    return 'translate'
  if (isEmbed(exchange.operation)) {
    const refused = provider.traits(model).refuses ?? []
    return refused.some((field) => field in exchange.wire) ? 'translate' : 'same'
  }
  const sealed = exchange.latin1.includes(SEAL) || exchange.latin1.includes(SEAL_BASE64)
  return sealed ? 'translate' : 'same'
}

/** A prompt completion becomes a chat turn where the provider's dialect has only chat; a chat cannot fill in. */
function operationFor(exchange: Exchange, { provider }: Target): RoadOperation {
  if (isEmbed(exchange.operation)) return 'embed'
  if (provider.path(exchange.operation) !== undefined) return exchange.operation
  if (exchange.request.suffix === undefined) return 'chat'
  throw new GatewayError('invalid-request', `Provider "${provider.name}" cannot fill in before a suffix.`, {
    param: 'suffix',
    provider: provider.name,
  })
}

function sameBody(exchange: Exchange, target: Target): Uint8Array {
  const { model, spelled = model } = exchange.head
  const renamed = spelled !== target.model
  const limit = exchange.maxOutputTokens
  if (!renamed && limit === undefined) return exchange.body
  const { maxTokensField } = target.provider.traits(target.model)
  const fields = exchange.dialect.chat.amend(exchange.wire, {
    ...(renamed ? { model: target.model } : {}),
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    ...(maxTokensField === undefined ? {} : { maxTokensField }),
  })
  return Buffer.from(splice(exchange.latin1, exchange.wire, fields), 'latin1')
}

function translatedBody(exchange: Exchange, { provider, model }: Target, notes: Note[]): string {
  const { dialect, name } = provider
  const refusal = dialect === exchange.dialect ? undefined : exchange.dialect.chat.bound?.(exchange.wire)
  if (refusal !== undefined) throw refusal.with({ provider: name })
  const context = {
    model,
    provider: name,
    traits: provider.traits(model),
    note: (note: Note) => void notes.push(note),
  }
  return JSON.stringify(
    isEmbed(exchange.operation)
      ? embedCodec(dialect).encodeRequest(exchange.embedRequest, context)
      : dialect.chat.encodeRequest(exchange.request, context),
  )
}

function keyFor(exchange: Exchange, { provider }: Target): string | undefined {
  if (!provider.passthrough) return provider.keys.next(exchange.triedKeys)
  if (exchange.callerKey !== undefined) return exchange.callerKey
  throw new GatewayError(
    'authentication',
    `Provider "${provider.name}" takes your own key, and the request carries none.`,
    { provider: provider.name },
  )
}

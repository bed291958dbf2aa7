/** A recorded trace as far as routing goes again: what was asked, where it went, what that took. No prompt is needed. */

import {
  arrayOf,
  isObject,
  type JsonObject,
  type JsonValue,
  numberOf,
  objectOf,
  stringOf,
  type Usage,
} from '#core'

export interface RecordedTrace {
  readonly model: string
  readonly operation: string
  /** Those that say something of the way. */
  readonly headers: Readonly<Record<string, string>>
  readonly vision: boolean
  readonly tools: boolean
  /** `provider:model` of the first target; undefined when there was none. */
  readonly first: string | undefined
  readonly calls: readonly RecordedCall[]
  readonly usage: Usage | undefined
}

export interface RecordedCall {
  /** `provider:model`. */
  readonly target: string
  readonly ms: number
  readonly failed: boolean
}

/** Undefined: it is no trace. */
export function recorded(value: JsonValue | undefined): RecordedTrace | undefined {
  const trace = objectOf(value)
  const model = stringOf(trace?.['model'])
  if (trace === undefined || model === undefined || stringOf(trace['id']) === undefined) return undefined
  const needs = objectOf(trace['needs'])
  return {
    model,
    operation: stringOf(trace['operation']) ?? 'chat',
    headers: textsIn(trace['asked']),
    vision: needs?.['vision'] === true,
    tools: needs?.['tools'] === true,
    first: stringOf(arrayOf(objectOf(trace['route'])?.['targets'])?.[0]),
    calls: (arrayOf(trace['attempts']) ?? []).flatMap((call) => (isObject(call) ? callIn(call) : [])),
    usage: usageIn(objectOf(trace['usage'])),
  }
}

function callIn(call: JsonObject): RecordedCall[] {
  const [provider, model, ms] = [stringOf(call['provider']), stringOf(call['model']), numberOf(call['ms'])]
  if (provider === undefined || model === undefined || ms === undefined) return []
  return [{ target: `${provider}:${model}`, ms, failed: call['error'] !== undefined }]
}

function usageIn(usage: JsonObject | undefined): Usage | undefined {
  const [input, output] = [numberOf(usage?.['tokens_in']), numberOf(usage?.['tokens_out'])]
  if (usage === undefined || input === undefined || output === undefined) return undefined
  const [read, write] = [numberOf(usage['cache_read']), numberOf(usage['cache_write'])]
  return {
    inputTokens: input,
    outputTokens: output,
    ...(read === undefined ? {} : { cacheReadTokens: read }),
    ...(write === undefined ? {} : { cacheWriteTokens: write }),
  }
}

function textsIn(value: JsonValue | undefined): Record<string, string> {
  const entries = Object.entries(objectOf(value) ?? {})
  return Object.fromEntries(
    entries.flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])),
  )
}

/** The `response` object of an answer to a client: the whole body, and what the stream's first and last events hold. */

import type { ChatResponse, JsonDraft, JsonObject, Usage } from '#core'
import { unfold } from '#core'
import type { AnswerContext } from '../dialect.ts'
import { pausedTurn } from '../paused-turn.ts'
import { compact, spareOf } from './extra-fields.ts'
import { encodeFinish } from './finish.ts'
import { OutputWriter, type Steps } from './output-writer.ts'
import { encodeFormat } from './text-format.ts'
import { encodeToolChoice } from './tool-choice.ts'
import { encodeUsage } from './usage.ts'

export interface BodyState {
  readonly status: string
  readonly output: readonly JsonObject[]
  readonly usage?: Usage | undefined
  /** Why the answer is incomplete. */
  readonly reason?: string | undefined
  readonly error?: JsonObject
}

const SILENT: Steps = { step: () => undefined, delta: () => undefined }

/** The request's tools and instructions are not repeated: no client reads them here, and they can be long. */
export function responseBody(context: AnswerContext, state: BodyState): JsonDraft {
  const { request } = context
  const created = Math.floor(context.startedAt / 1000)
  const over = state.status === 'completed'
  return {
    id: `resp_${context.exchangeId}`,
    object: 'response',
    created_at: created,
    status: state.status,
    background: false,
    completed_at: over ? Math.floor((context.startedAt + context.elapsedMs()) / 1000) : null,
    error: state.error ?? null,
    incomplete_details: state.reason === undefined ? null : { reason: state.reason },
    instructions: null,
    max_output_tokens: request.maxOutputTokens ?? null,
    model: context.model,
    output: state.output,
    parallel_tool_calls: request.parallelToolCalls ?? true,
    previous_response_id: null,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: null },
    store: false,
    temperature: request.temperature ?? null,
    text: { format: encodeFormat(request.responseFormat ?? { type: 'text' }) },
    tool_choice: encodeToolChoice(request.toolChoice ?? { type: 'auto' }, request),
    tools: [],
    top_p: request.topP ?? null,
    truncation: 'disabled',
    usage: state.usage === undefined ? null : encodeUsage(state.usage),
    user: request.user ?? null,
    metadata: {},
  }
}

/** Of one that a provider began: what it said stays, but for what has become of it since. */
export function bodyOfBegun(begun: JsonObject, body: JsonDraft): JsonDraft {
  const { status, completed_at, error, incomplete_details, output, usage } = body
  return { ...body, ...begun, ...compact({ status, completed_at, error, incomplete_details, output, usage }) }
}

export function encodeResponse(response: ChatResponse, context: AnswerContext): JsonDraft {
  if (response.finish.reason === 'pause') throw pausedTurn()
  const { status, reason } = encodeFinish(response.finish, context.note)
  const writer = new OutputWriter(context, SILENT)
  for (const event of unfold(response)) writer.push(event)
  writer.finish(response.finish, status)
  return {
    ...spareOf(response.finish),
    ...responseBody(context, { status, reason, output: writer.items, usage: response.usage }),
    output_text: response.parts
      .map((part) => (part.type === 'text' && part.refusal !== true ? part.text : ''))
      .join(''),
  }
}

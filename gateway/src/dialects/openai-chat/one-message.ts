/**
 * A chat of one message and its answer in one flat record, for programs that want no more: `{message}` in, `{response}` out. Everything
 * else that OpenAI's language can say of a chat may stand beside the message. The gateway's own fields do not travel.
 */

import {
  arrayOf,
  type ChatResponse,
  GatewayError,
  isObject,
  type JsonObject,
  objectOf,
  stringOf,
} from '#core'
import type { Address, AnswerContext, Dialect, RequestHead } from '../dialect.ts'
import { openaiChat } from './index.ts'

/** Its body says nothing of the model: that stands in the address. */
export const oneMessage: Dialect = {
  ...openaiChat,
  chat: {
    ...openaiChat.chat,
    check: (wire, _, address) => check(wire, address),
    decodeRequest: (wire, _, address) => openaiChat.chat.decodeRequest(chatIn(wire, address)),
    needs: (wire) => openaiChat.chat.needs(chatIn(wire)),
    encodeResponse,
  },
}

function check(wire: JsonObject, address: Address | undefined): RequestHead {
  const message = wire['message']
  if (message === undefined) throw wrong('message', 'is missing')
  if (typeof message !== 'string' || message.trim() === '') throw wrong('message', 'must be a text')
  const { system } = wire
  if (system !== undefined && typeof system !== 'string') throw wrong('system', 'must be a text')
  if (wire['messages'] !== undefined) throw wrong('messages', 'have no place here: send one message')
  if (wire['stream'] !== undefined && wire['stream'] !== false)
    throw wrong('stream', 'is not possible here: the answer comes as a whole')
  try {
    return { ...openaiChat.chat.check(chatIn(wire, address)), stream: false }
  } catch (thrown) {
    // What does not fit a form is 422 wherever the forms are our own.
    if (thrown instanceof GatewayError) throw thrown.with({ status: 422 })
    throw thrown
  }
}

/** The same in OpenAI's words. */
function chatIn(wire: JsonObject, address?: Address): JsonObject {
  const { message, system, provider: _, model: __, fallback: ___, stream: ____, ...rest } = wire
  const instructions = system === undefined ? [] : [{ role: 'system', content: system }]
  const said = { role: 'user', content: message ?? '' }
  return { ...rest, model: address?.model ?? '', messages: [...instructions, said] }
}

function encodeResponse(response: ChatResponse, context: AnswerContext): JsonObject {
  const whole = openaiChat.chat.encodeResponse(response, context)
  const choice = objectOf(arrayOf(whole['choices'])?.find(isObject)) ?? {}
  const message = objectOf(choice['message']) ?? {}
  const { tool_calls: calls, refusal } = message
  const text = stringOf(message['content']) ?? ''
  const { usage } = response
  const tokens = usage === undefined ? null : usage.inputTokens + usage.outputTokens
  return {
    response: text,
    content: text,
    ...(calls === undefined ? {} : { tool_calls: calls }),
    ...(refusal === undefined || refusal === null ? {} : { refusal }),
    tokens,
    tokens_used: tokens,
    finish_reason: choice['finish_reason'] ?? null,
  }
}

function wrong(param: string, what: string): GatewayError {
  return new GatewayError('unprocessable', `${param} ${what}.`, { param })
}

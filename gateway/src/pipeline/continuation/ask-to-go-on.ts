/** The request that lets another model go on where an answer broke off. */

import type { ChatRequest, Message } from '#core'
import type { Traits } from '#dialects'

const GO_ON =
  'Your last message was cut off by a technical fault. Continue it exactly where it stopped, with the very next character. ' +
  'Repeat nothing of it, do not comment on the interruption, and do not start over.'

/** Characters per token, to lower the output limit by what was given. */
const CHARACTERS_PER_TOKEN = 4

export type Way = 'prefill' | 'turn'

/** In the order of trying: some models refuse to be given the beginning of their answer. */
export function waysFor({ prefill, noPrefill }: Traits): readonly Way[] {
  return prefill === true && noPrefill !== true ? ['prefill', 'turn'] : ['turn']
}

/** Undefined when the target could not go on in this way without showing it. */
export function askToGoOn(request: ChatRequest, said: string, way: Way): ChatRequest | undefined {
  const limited = withLimit(request, said)
  if (said === '') return limited
  const begun: Message = { role: 'assistant', parts: [{ type: 'text', text: said.trimEnd() }] }
  if (way === 'prefill') return { ...limited, messages: [...request.messages, begun] }
  // A model that is asked anew writes a whole JSON text, not the rest of one.
  if (request.responseFormat !== undefined && request.responseFormat.type !== 'text') return undefined
  const goOn: Message = { role: 'user', parts: [{ type: 'text', text: GO_ON }] }
  return { ...limited, messages: [...request.messages, begun, goOn] }
}

function withLimit(request: ChatRequest, said: string): ChatRequest {
  const { maxOutputTokens: limit } = request
  if (limit === undefined) return request
  const used = Math.ceil(said.length / CHARACTERS_PER_TOKEN)
  return { ...request, maxOutputTokens: Math.max(1, limit - used) }
}

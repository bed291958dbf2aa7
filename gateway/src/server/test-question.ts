/** The short question by which a provider is tried. */

import { Buffer } from 'node:buffer'
import type { JsonObject } from '#core'
import { openaiChat } from '#dialects'
import { Exchange } from '#pipeline'
import type { House } from './context.ts'

/** `model` with the provider's name before it, so that nobody answers in its place. */
export function testQuestion(model: string, { clock }: House, id: string): Exchange {
  const wire: JsonObject = { model, messages: [{ role: 'user', content: 'Answer with one word: hello.' }] }
  return new Exchange({
    id,
    dialect: openaiChat,
    operation: 'chat',
    body: Buffer.from(JSON.stringify(wire)),
    wire,
    headers: { 'content-type': 'application/json' },
    callerKey: undefined,
    startedAt: clock.now(),
    startedWall: clock.wall(),
  })
}

/** Requests without a prompt: they load a model into memory, or put it out, and are answered without asking it anything. */

import { arrayOf, stringOf, type JsonObject, type Operation } from '#core'
import { timestamp } from './timestamp.ts'

/** The body has passed the check. */
export function isLoad(wire: JsonObject, operation: Operation): boolean {
  if (operation === 'generate') return (stringOf(wire['prompt']) ?? '') === ''
  return (arrayOf(wire['messages']) ?? []).length === 0
}

/** `createdAt` in epoch milliseconds. */
export function loadAnswer(wire: JsonObject, operation: Operation, createdAt: number): JsonObject {
  return {
    model: stringOf(wire['model']) ?? '',
    created_at: timestamp(createdAt),
    ...(operation === 'generate' ? { response: '' } : { message: { role: 'assistant', content: '' } }),
    done: true,
    done_reason: isUnload(wire) ? 'unload' : 'load',
  }
}

/** A life of nothing means out at once. */
function isUnload(wire: JsonObject): boolean {
  const life = wire['keep_alive']
  return life === 0 || (typeof life === 'string' && /^0+(\.0+)?(ns|us|µs|ms|s|m|h)?$/.test(life))
}

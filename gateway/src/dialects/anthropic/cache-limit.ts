/** At most four cache marks go out; the upstream refuses a fifth. */

import { isObject } from '#core'
import type { JsonDraft, JsonValue, NoteSink } from '#core'

const MOST = 4

/** Takes the earliest marks off the messages first: the later ones cover what stands before them. */
export function limitMarks(body: JsonDraft, note: NoteSink): void {
  const inMessages = marked(body['messages'])
  const before = [...marked(body['tools']), ...marked(body['system'])]
  const top = isObject(body['cache_control']) ? 1 : 0
  let excess = inMessages.length + before.length + top - MOST
  for (const block of [...inMessages, ...before.toReversed()]) {
    if (excess-- <= 0) return
    delete block['cache_control']
    note({ kind: 'dropped', field: 'cache_control', reason: `a request has at most ${MOST} cache marks` })
  }
}

/** Marked blocks in order, also those inside turns and tool results. */
function marked(list: JsonValue | undefined): JsonDraft[] {
  const found: JsonDraft[] = []
  if (!Array.isArray(list)) return found
  for (const each of list) {
    if (!isObject(each)) continue
    // Turns, results and their blocks were all written anew for this body; what blocks of the provider's own hold was not,
    // and taking a key off there would change the request for the next attempt.
    if (isObject(each['cache_control'])) found.push(each)
    if (each['role'] !== undefined || each['type'] === 'tool_result') found.push(...marked(each['content']))
  }
  return found
}

/** At most four cache points go out; the upstream refuses a fifth. */

import { isObject } from '#core'
import type { JsonDraft, JsonObject, JsonValue, NoteSink } from '#core'

const MOST = 4

interface Place {
  readonly list: JsonValue[]
  readonly block: JsonObject
}

/** Takes the earliest points out of the messages first: the later ones cover what stands before them. */
export function limitPoints(body: JsonDraft, note: NoteSink): void {
  const inMessages = (Array.isArray(body['messages']) ? body['messages'] : []).flatMap((message: JsonValue) =>
    isObject(message) ? pointsIn(message['content']) : [],
  )
  const config = body['toolConfig']
  const before = [...pointsIn(isObject(config) ? config['tools'] : undefined), ...pointsIn(body['system'])]
  const excess = Math.max(0, inMessages.length + before.length - MOST)
  for (const { list, block } of [...inMessages, ...before.toReversed()].slice(0, excess)) {
    list.splice(list.indexOf(block), 1)
    note({ kind: 'dropped', field: 'cachePoint', reason: `a request has at most ${MOST} cache points` })
  }
}

/** The lists were all written anew for this body. */
function pointsIn(list: JsonValue | undefined): Place[] {
  if (!Array.isArray(list)) return []
  return list.filter((block) => isObject(block) && 'cachePoint' in block).map((block) => ({ list, block }))
}

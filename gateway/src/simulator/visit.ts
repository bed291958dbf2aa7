/** One request inside the simulator, on its way through a voice. */

import { isObject, parseJson, type JsonObject } from '#core'
import { DIALECTS, type Dialect } from '#dialects'
import type { RequestRecord } from './requests.ts'
import type { SimulatedDialect, Surface } from './surface.ts'
import type { Wire } from './wire.ts'

export interface Visit {
  readonly record: RequestRecord
  readonly wire: Wire
  /** Path without query and without the voice's prefix. */
  readonly path: string
  /** Absent when no dialect knows the path. */
  readonly surface: Surface | undefined
  /** Reads the body once; the text is also in the record. */
  readBody(): Promise<string>
  /** The body as it comes, kept nowhere; instead of `readBody`. */
  bodyPieces(): AsyncIterable<Uint8Array>
}

export function dialectOf(name: SimulatedDialect): Dialect {
  return DIALECTS[name]
}

/** The dialect in which to word an error for this request. */
export function errorDialect(surface: Surface | undefined): Dialect {
  return dialectOf(surface?.dialect ?? 'openai-chat')
}

/** The body as a JSON object; anything else gives undefined. */
export function bodyObject(body: string): JsonObject | undefined {
  const wire = parseJson(body)
  return isObject(wire) ? wire : undefined
}

export function answerNoSuchPath(visit: Visit): void {
  const message = `The simulator has nothing at ${visit.record.method} ${visit.record.path.split('?')[0]}.`
  visit.wire.answerJson(404, { error: { type: 'not_found', message } })
}

/** Bedrock's paths, which name the model and then what is asked of it. The model may be an address with slashes of its own. */

import { bedrock, bedrockInvoke, type Dialect } from '#dialects'
import { handleChat } from './chat.ts'
import { handleCount } from './count-tokens.ts'
import type { RawHandler } from './raw-handler.ts'
import { decodedSegment } from './segment.ts'

const MODEL_PATH =
  /^\/model\/(.+)\/(converse|converse-stream|count-tokens|invoke|invoke-with-response-stream)$/

const VERBS: ReadonlyMap<string | undefined, { readonly dialect: Dialect; readonly stream: boolean }> =
  new Map([
    ['converse', { dialect: bedrock, stream: false }],
    ['converse-stream', { dialect: bedrock, stream: true }],
    ['invoke', { dialect: bedrockInvoke, stream: false }],
    ['invoke-with-response-stream', { dialect: bedrockInvoke, stream: true }],
  ])

export function bedrockHandler(path: string): RawHandler | undefined {
  const [, segment, verb] = MODEL_PATH.exec(path) ?? []
  if (segment === undefined) return undefined
  if (verb === 'count-tokens') {
    const address = { model: decodedSegment(segment), stream: false }
    return (house, request, response, id) =>
      handleCount({ dialect: bedrock, address }, house, request, response, id)
  }
  const asked = VERBS.get(verb)
  if (asked === undefined) return undefined
  const address = { model: decodedSegment(segment), stream: asked.stream }
  return (house, request, response, id) =>
    handleChat({ dialect: asked.dialect, operation: 'chat', address }, house, request, response, id)
}

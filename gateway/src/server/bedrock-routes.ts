/** Bedrock's paths, which name the model and then what is asked of it. The model may be an address with slashes of its own. */

import { bedrock, bedrockInvoke, type Dialect } from '#dialects'
import { handleChat } from './chat.ts'
import type { RawHandler } from './raw-handler.ts'
import { decodedSegment } from './segment.ts'

const MODEL_PATH = /^\/model\/(.+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/

/** Where errors are told in this dialect: also what it has and this gateway has not. */
const FAMILY = /^\/(?:model\/|foundation-models(?:\/|$))/

export const BEDROCK_PATHS_SHOWN =
  '/model/{model}/{converse,converse-stream,invoke,invoke-with-response-stream}'

const VERBS: ReadonlyMap<string | undefined, { readonly dialect: Dialect; readonly stream: boolean }> =
  new Map([
    ['converse', { dialect: bedrock, stream: false }],
    ['converse-stream', { dialect: bedrock, stream: true }],
    ['invoke', { dialect: bedrockInvoke, stream: false }],
    ['invoke-with-response-stream', { dialect: bedrockInvoke, stream: true }],
  ])

export function isBedrockPath(path: string): boolean {
  return FAMILY.test(path)
}

export function bedrockHandler(path: string): RawHandler | undefined {
  const [, segment, verb] = MODEL_PATH.exec(path) ?? []
  const asked = VERBS.get(verb)
  if (segment === undefined || asked === undefined) return undefined
  const address = { model: decodedSegment(segment), stream: asked.stream }
  return (house, request, response, id) =>
    handleChat({ dialect: asked.dialect, operation: 'chat', address }, house, request, response, id)
}

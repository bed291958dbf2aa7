/** Ollama's native language: `/api/chat` and `/api/generate`, newline-delimited JSON. */

import type { Dialect } from '../dialect.ts'
import { errors } from './errors.ts'
import { models } from './models.ts'
import { amend, check, decodeRequest, encodeRequest } from './request.ts'
import { decodeResponse, encodeResponse } from './response.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'

export const ollama: Dialect = {
  name: 'ollama',
  framing: 'ndjson',
  chat: {
    paths: { chat: '/api/chat', generate: '/api/generate' },
    check,
    amend,
    decodeRequest,
    encodeRequest,
    decodeResponse,
    encodeResponse,
    streamDecoder,
    streamEncoder,
  },
  errors,
  models,
}

export { isLoad, loadAnswer } from './load.ts'
export { sameModel, withoutLatest } from './model-name.ts'
export { runningBody, showBody, shownName, versionBody, VERSION } from './probes.ts'

/** Ollama's native language: `/api/chat`, `/api/generate` and `/api/embed`, newline-delimited JSON. */

import type { Dialect } from '../dialect.ts'
import { needsOf } from '../needs.ts'
import { embed } from './embed.ts'
import { errors } from './errors.ts'
import { models } from './models.ts'
import { amend, check, decodeRequest, encodeRequest } from './request.ts'
import { decodeResponse, encodeResponse, inspectResponse } from './response.ts'
import { streamDecoder } from './stream-decoder.ts'
import { streamEncoder } from './stream-encoder.ts'

export const ollama: Dialect = {
  name: 'ollama',
  framing: 'ndjson',
  chat: {
    paths: { chat: '/api/chat', generate: '/api/generate' },
    fillsIn: true,
    check,
    needs: needsOf,
    amend,
    decodeRequest,
    encodeRequest,
    decodeResponse,
    inspectResponse,
    encodeResponse,
    streamDecoder,
    streamEncoder,
  },
  embed,
  errors,
  models,
}

export { isEmbedLoad, embedLoadAnswer } from './embed.ts'
export { isLoad, loadAnswer } from './load.ts'
export { sameModel, withoutLatest } from './model-name.ts'
export { runningBody, showBody, shownName, versionBody } from './probes.ts'

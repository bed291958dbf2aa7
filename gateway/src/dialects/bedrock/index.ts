/** Amazon Bedrock's Converse, both directions. Model and streaming are said in the URL, and streams are binary. */

import type { Dialect } from '../dialect.ts'
import { needsOf } from '../needs.ts'
import { amend } from './amend.ts'
import { check } from './check.ts'
import { countTokens } from './count.ts'
import { errors } from './errors.ts'
import { models } from './models.ts'
import { chatPath } from './path.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { decodeResponse, encodeResponse, inspectResponse } from './response.ts'
import { BedrockStreamDecoder } from './stream-decoder.ts'
import { BedrockStreamEncoder } from './stream-encoder.ts'

export const bedrock: Dialect = {
  name: 'bedrock',
  framing: 'event-stream',
  chat: {
    paths: { chat: chatPath },
    toolNames: /^[a-zA-Z0-9_-]{1,64}$/,
    check,
    needs: needsOf,
    amend,
    decodeRequest,
    encodeRequest,
    decodeResponse,
    inspectResponse,
    encodeResponse,
    streamDecoder: (context) => new BedrockStreamDecoder(context),
    streamEncoder: (context) => new BedrockStreamEncoder(context),
  },
  errors,
  models,
  countTokens,
}

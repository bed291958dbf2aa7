/** What is put to the proof: recorded exchanges of chat operations, from the recordings or written by us. */

import type { DialectName } from '#core'
import { corpus, corpusRequest, corpusResponse } from '../corpus.ts'

/** Recordings are in one of these languages, and clients speak one of them. */
export type DialectUnderTest = DialectName
export const CLIENTS: readonly DialectUnderTest[] = [
  'openai-chat',
  'openai-responses',
  'anthropic',
  'gemini',
  'bedrock',
  'ollama',
]

export interface RecordedExchange {
  readonly folder: string
  readonly id: string
  /** The wire language of the recording. */
  readonly dialect: DialectUnderTest
  readonly operation: 'chat' | 'generate'
  readonly status: number
  /** The answer is a stream. */
  readonly streamed: boolean
  /** `sse`, `ndjson`, `eventstream` (in base64), `chunks` (payloads whose framing was not recorded) or `json`. */
  readonly format: string
  /** The answer's body as it was stored. */
  readonly body: () => string
  /** The request's body as sent. */
  readonly request: () => string | undefined
}

const CHAT = { chat: 'openai-chat' } as const
const RESPONSES = { responses: 'openai-responses' } as const
const GEMINI = { generateContent: 'gemini', streamGenerateContent: 'gemini' } as const

/** The recorded APIs a chat client can be served from, and the language each is in. */
const APIS: Readonly<Record<string, Readonly<Record<string, DialectUnderTest>>>> = {
  'openai-chat': CHAT,
  'openai-responses': RESPONSES,
  anthropic: { messages: 'anthropic' },
  gemini: { ...GEMINI, 'openai-compat-chat': 'openai-chat' },
  'bedrock-converse': { converse: 'bedrock', 'converse-stream': 'bedrock' },
  ollama: { 'api-chat': 'ollama', 'api-generate': 'ollama', 'openai-compat-chat': 'openai-chat' },
  vertex: { ...GEMINI, 'anthropic-rawPredict': 'anthropic', 'anthropic-streamRawPredict': 'anthropic' },
  azure: { ...CHAT, ...RESPONSES },
  openrouter: { ...CHAT, ...RESPONSES },
  mistral: { ...CHAT, agents: 'openai-chat' },
  deepseek: { ...CHAT, ...RESPONSES },
  groq: CHAT,
  xai: { ...CHAT, ...RESPONSES },
  'compat-others': { ...CHAT, ...RESPONSES },
  // Bodies of a model family: those of Claude and Nova are, whole, what Messages and Converse answer.
  'bedrock-invoke': { invoke: 'bedrock' },
  'openai-embeddings': {},
  'bedrock-eventstream-vectors': {},
}

export const FOLDERS: readonly string[] = Object.keys(APIS)

/** Undefined when the recordings are missing. */
export function exchangesOf(folder: string): RecordedExchange[] | undefined {
  return corpus(folder)?.flatMap((entry) => {
    const known = APIS[folder]?.[entry.api]
    if (known === undefined) return []
    const dialect = entry.api === 'invoke' && entry.model.includes('claude') ? 'anthropic' : known
    return [
      {
        folder,
        id: entry.id,
        dialect,
        operation: entry.api === 'api-generate' ? 'generate' : 'chat',
        status: entry.status,
        streamed: entry.streaming && entry.format !== 'json',
        format: entry.format,
        body: () => corpusResponse(entry),
        // A family's own body is no request of the language its answer is in.
        request: () => (entry.api === 'invoke' ? undefined : corpusRequest(entry)),
      },
    ]
  })
}

/** Recordings of other operations, by name. */
export function otherOperations(folder: string): string[] {
  const entries = corpus(folder) ?? []
  return entries.filter(({ api }) => APIS[folder]?.[api] === undefined).map(({ api }) => api)
}

export interface SetAside {
  readonly reason: string
  readonly holds: (body: string, exchange: RecordedExchange) => boolean
}

/** Recordings that no client of their own language could read as one answer either. */
const SET_ASIDE: readonly SetAside[] = [
  {
    reason:
      'an answer of InvokeModel in the words of a family whose bodies no chat client has, or of embeddings',
    holds: (body, { folder, status }) =>
      folder === 'bedrock-invoke' &&
      status === 200 &&
      !/"type":\s*"message"|"output":\s*\{\s*"message"/.test(body),
  },
  {
    reason: 'a page of stored completions, which is no answer to a chat request',
    holds: (body) => /^\s*\{\s*"object":\s*"list"/.test(body),
  },
  {
    reason: 'several messages one after another in one file',
    holds: (body) => body.split(/"type":\s*"message_start"/).length > 2,
  },
]

/** Why a recording is left out of the proof; undefined when it is in. */
export function setAside(exchange: RecordedExchange): string | undefined {
  return SET_ASIDE.find((rule) => rule.holds(exchange.body(), exchange))?.reason
}

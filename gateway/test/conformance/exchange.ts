/** What is put to the proof: recorded exchanges of chat operations, from the recordings or written by us. */

import type { ProviderConfig } from '#config'
import { corpus, corpusRequest, corpusResponse } from '../corpus.ts'

/** The recordings of the others are proven in their own rooms only. */
export type DialectUnderTest = Extract<ProviderConfig['dialect'], 'openai-chat' | 'anthropic' | 'ollama'>
export const CLIENTS: readonly DialectUnderTest[] = ['openai-chat', 'anthropic', 'ollama']

export interface RecordedExchange {
  readonly folder: string
  readonly id: string
  /** The wire language of the recording. */
  readonly dialect: DialectUnderTest
  readonly operation: 'chat' | 'generate'
  readonly status: number
  /** The answer is a stream. */
  readonly streamed: boolean
  /** `sse`, `ndjson`, `chunks` (payloads whose framing was not recorded) or `json`. */
  readonly format: string
  /** The answer's body. */
  readonly body: () => string
  /** The request's body as sent. */
  readonly request: () => string | undefined
}

/** The recorded APIs a chat client can be served from, and the language each is in. */
const APIS: Readonly<Record<string, Readonly<Record<string, DialectUnderTest>>>> = {
  'openai-chat': { chat: 'openai-chat' },
  anthropic: { messages: 'anthropic' },
  ollama: { 'api-chat': 'ollama', 'api-generate': 'ollama', 'openai-compat-chat': 'openai-chat' },
  openrouter: { chat: 'openai-chat' },
}

export const FOLDERS: readonly string[] = Object.keys(APIS)

/** Undefined when the recordings are missing. */
export function exchangesOf(folder: string): RecordedExchange[] | undefined {
  return corpus(folder)?.flatMap((entry) => {
    const dialect = APIS[folder]?.[entry.api]
    if (dialect === undefined) return []
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
        request: () => corpusRequest(entry),
      },
    ]
  })
}

export interface SetAside {
  readonly reason: string
  readonly holds: (body: string) => boolean
}

/** Recordings that no client of their own language could read as one answer either. */
const SET_ASIDE: readonly SetAside[] = [
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
  return SET_ASIDE.find((rule) => rule.holds(exchange.body()))?.reason
}

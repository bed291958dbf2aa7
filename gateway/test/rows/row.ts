/** What a requirement row needs: a gateway before scripted providers, asked over real HTTP, and what it sent on to them. */

import Anthropic from '@anthropic-ai/sdk'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import { isObject, type JsonObject, parseJson } from '#core'
import type { RecordedRequest, Script, ScriptedAnswer, Simulator } from '#simulator'
import { type HouseWish, houses } from '../house.ts'
import { asMistral } from './strict-mistral.ts'

/** Upstreams as the requirements name them, each with a configuration of its type. */
const UPSTREAMS = {
  oa: { type: 'openai', defaultModel: 'gpt-4o' },
  an: { type: 'anthropic', defaultModel: 'claude-sonnet-4-5' },
  ol: { type: 'ollama', defaultModel: 'llama3' },
  or: { type: 'openrouter', defaultModel: 'meta/llama-3:free' },
  gg: { type: 'google', defaultModel: 'gemini-2.5-flash' },
  az: { type: 'azure', defaultModel: 'gpt-4o' },
  mi: { type: 'mistral', defaultModel: 'mistral-small-latest' },
  rs: { type: 'openai', dialect: 'openai-responses', defaultModel: 'gpt-4o' },
  br: { type: 'custom', dialect: 'bedrock', defaultModel: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
} as const

export type Upstream = keyof typeof UPSTREAMS
export const EVERY_UPSTREAM = [
  'oa',
  'an',
  'ol',
  'or',
  'gg',
  'rs',
  'az',
  'br',
  'mi',
] as const satisfies readonly Upstream[]

export type Scripts = Partial<Record<Upstream, Script>>

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Empty when the body is no JSON object. */
  readonly json: JsonObject
}

export interface Row {
  readonly url: string
  readonly simulator: Simulator
  close(): Promise<void>
  ask(path: string, init?: RequestInit): Promise<Reply>
  post(path: string, body: object, headers?: Record<string, string>): Promise<Reply>
  /** Requests for an answer, oldest first; without lists, counts and probes. */
  calls(upstream: Upstream): readonly RecordedRequest[]
  everything(upstream: Upstream): readonly RecordedRequest[]
  /** The body of the last call. */
  sent(upstream: Upstream): JsonObject
  readonly openai: OpenAI
  readonly anthropic: Anthropic
  readonly ollama: Ollama
}

export type RowWish = Omit<HouseWish, 'providers'> & {
  readonly providers?: Partial<Record<Upstream, Partial<HouseWish['providers'][number]>>>
}

let opened = 0

/** Once per test file. The first upstream named is the default one. */
export function rows(): (scripts: Scripts, wish?: RowWish) => Promise<Row> {
  const house = houses()
  return async (scripts, { providers = {}, ...wish } = {}) => {
    const simulator = await house.simulator()
    const number = ++opened
    const nameOf = (upstream: Upstream) => `${upstream}-${number}`
    const names = EVERY_UPSTREAM.filter((upstream) => scripts[upstream] !== undefined)
    const gateway = await house.open({
      ...wish,
      config: { defaultProvider: Object.keys(scripts)[0] ?? '', ...wish.config },
      providers: names.map((upstream) => {
        const script = scripts[upstream] ?? []
        const baseUrl = simulator.script(nameOf(upstream), upstream === 'mi' ? asMistral(script) : script)
        return { name: upstream, ...UPSTREAMS[upstream], baseUrl, ...providers[upstream] }
      }),
    })
    return rowOf(gateway, simulator, nameOf)
  }
}

function rowOf(
  gateway: { url: string; close(): Promise<void> },
  simulator: Simulator,
  nameOf: (upstream: Upstream) => string,
): Row {
  const { url } = gateway
  const ask = async (path: string, init?: RequestInit): Promise<Reply> => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    const json = parseJson(text)
    return { status: response.status, headers: response.headers, text, json: isObject(json) ? json : {} }
  }
  const everything = (upstream: Upstream) => simulator.requestsTo(nameOf(upstream))
  const calls = (upstream: Upstream) => everything(upstream).filter(({ path }) => PRODUCES.test(path))
  const client = { apiKey: 'client-key', maxRetries: 0 }
  return {
    url,
    simulator,
    close: () => gateway.close(),
    ask,
    post: (path, body, headers) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    everything,
    calls,
    sent: (upstream) => bodyOf(calls(upstream).at(-1)),
    openai: new OpenAI({ ...client, baseURL: `${url}/v1` }),
    anthropic: new Anthropic({ ...client, baseURL: url }),
    ollama: new Ollama({ host: url }),
  }
}

/** Paths at which an answer of a model is asked for. */
export const PRODUCES =
  /\/(?:model\/[^/]+\/converse(?:-stream)?|completions|messages|api\/chat|api\/generate|api\/embed|embeddings|responses|models\/[^/]+:\w*(?:[gG]enerateContent|[eE]mbedContents?|predict))(?:\?|$)/

function bodyOf(request: RecordedRequest | undefined): JsonObject {
  const body = parseJson(request?.body ?? '')
  return isObject(body) ? body : {}
}

export function textAnswer(text = 'Hello there, friend.'): ScriptedAnswer {
  return { kind: 'answer', text }
}

/** A 200 of the provider with this very body. */
export function jsonAnswer(body: object, status = 200): ScriptedAnswer {
  return {
    kind: 'raw',
    status,
    headers: { 'content-type': 'application/json' },
    chunks: [JSON.stringify(body)],
  }
}

export interface SseEvent {
  readonly event: string | undefined
  readonly data: string
}

/** A plain reader of event streams: blank line ends an event, as the standard says. */
export function sseEvents(text: string): SseEvent[] {
  return text
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== '' && !line.startsWith(':')))
    .filter((lines) => lines.length > 0)
    .map((lines) => ({
      event: valueOf(lines, 'event'),
      data: lines.flatMap((line) => valueOf([line], 'data') ?? []).join('\n'),
    }))
}

function valueOf(lines: readonly string[], field: string): string | undefined {
  const line = lines.find((candidate) => candidate.startsWith(`${field}:`))
  return line?.slice(field.length + 1).replace(/^ /, '')
}

/** The lines of newline-delimited JSON; a line that is no object becomes an empty one. */
export function jsonLines(text: string): JsonObject[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const json = parseJson(line)
      return isObject(json) ? json : {}
    })
}

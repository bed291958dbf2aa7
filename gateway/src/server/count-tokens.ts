/** Counting without an answer: the provider's own count where it speaks the client's dialect, an estimate otherwise; never a paid call. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { asGatewayError, GatewayError, type JsonObject } from '#core'
import type { Address, CountCodec, Dialect } from '#dialects'
import { fetchJson, resolve, type Target } from '#pipeline'
import { readJson } from './body.ts'
import type { House } from './context.ts'
import { idHeaders, sendError, sendJson } from './reply.ts'

const COUNT_LIMIT_MS = 10_000

export interface CountRoute {
  readonly dialect: Dialect
  /** What the URL says, in a dialect that says it there. */
  readonly address?: Address
}

export async function handleCount(
  { dialect, address }: CountRoute,
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<void> {
  try {
    const codec = dialect.countTokens
    if (codec === undefined) throw new GatewayError('not-implemented', 'Counting is not available.')
    const { callerKey } = house.gate.enter(request.headers, request.url)
    const { wire } = await readJson(request, house.bodyLimit)
    const head = codec.check(wire, address)
    const target = resolve({ model: head.model, headers: request.headers }, house.rules, house.providers)
      .targets[0]
    const tokens = (await nativeCount(target, codec, wire, house, callerKey)) ?? estimateTokens(wire)
    sendJson(response, JSON.stringify(codec.encode(tokens)), idHeaders(id))
  } catch (thrown) {
    sendError(response, dialect, asGatewayError(thrown), id)
  }
}

async function nativeCount(
  target: Target | undefined,
  codec: CountCodec,
  wire: JsonObject,
  house: House,
  callerKey: string | undefined,
): Promise<number | undefined> {
  if (target === undefined) return undefined
  const provider = target.provider.forModel?.(target.model) ?? target.provider
  if (provider.dialect.countTokens !== codec) return undefined
  try {
    const body = JSON.stringify({ ...codec.body(wire, target.model), ...provider.envelope?.adds })
    const address = { model: target.model, stream: false }
    const path = typeof codec.path === 'string' ? codec.path : codec.path(address)
    const call = { method: 'POST', path, body, limitMs: COUNT_LIMIT_MS, callerKey } as const
    return codec.decode((await fetchJson(provider, call, house.clock)).wire)
  } catch {
    return undefined
  }
}

/** Characters per token of mixed prose, code and JSON. */
const CHARACTERS_PER_TOKEN = 3.6
/** What an image costs, about; its base64 says nothing of it. */
const IMAGE_TOKENS = 1500

/** What of a body the model reads, in any dialect. */
const READ = [
  'system',
  'messages',
  'tools',
  'contents',
  'systemInstruction',
  'system_instruction',
  'generateContentRequest',
  'generate_content_request',
  'input',
  'instructions',
  'prompt',
  'toolConfig',
] as const

/** At least 1. */
export function estimateTokens(wire: JsonObject): number {
  let characters = 0
  let images = 0
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (value.length > 2000 && /^[A-Za-z0-9+/=\s]+$/.test(value.slice(0, 2000))) images++
      else characters += value.length
    } else if (Array.isArray(value)) {
      value.forEach(visit)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        characters += key.length
        visit(inner)
      }
    }
  }
  visit(
    Object.fromEntries(READ.flatMap((field) => (wire[field] === undefined ? [] : [[field, wire[field]]]))),
  )
  return Math.max(1, Math.ceil(characters / CHARACTERS_PER_TOKEN) + images * IMAGE_TOKENS)
}

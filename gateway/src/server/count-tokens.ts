/** Counting without an answer: the provider's own count where it has a counter, an estimate otherwise; never a paid call. */

import { asGatewayError, GatewayError, HOP_HEADER, hopsWith, type JsonObject } from '#core'
import type { Address, CountCodec, Dialect } from '#dialects'
import { fetchJson, resolve, type Target } from '#pipeline'
import type { Provider } from '#providers'
import { readJson } from './body.ts'
import type { House } from './context.ts'
import type { DownstreamRequest, DownstreamResponse } from './downstream.ts'
import { idHeaders, sendError, sendJson } from './reply.ts'

const COUNT_LIMIT_MS = 10_000

export interface CountRoute {
  readonly dialect: Dialect
  /** What the URL says, in a dialect that says it there. */
  readonly address?: Address
}

/** What a client wants counted, in its own language. */
interface Countable {
  readonly dialect: Dialect
  readonly wire: JsonObject
  readonly address: Address | undefined
  readonly headers: DownstreamRequest['headers']
}

export async function handleCount(
  { dialect, address }: CountRoute,
  house: House,
  request: DownstreamRequest,
  response: DownstreamResponse,
  id: string,
): Promise<void> {
  try {
    const codec = dialect.countTokens
    if (codec === undefined) throw new GatewayError('not-implemented', 'Counting is not available.')
    const { callerKey, client } = house.gate.enter(request.headers, request.url)
    const { wire } = await readJson(request, house.bodyLimit)
    const head = codec.check(wire, address)
    const { headers } = request
    const wish = { model: head.model, headers, client }
    const target = resolve(wish, house.rules, house.providers).targets[0]
    const tokens =
      (await nativeCount(target, { dialect, wire, address, headers }, house, callerKey)) ??
      estimateTokens(wire)
    sendJson(response, JSON.stringify(codec.encode(tokens)), idHeaders(id))
  } catch (thrown) {
    sendError(response, dialect, asGatewayError(thrown), id)
  }
}

async function nativeCount(
  target: Target | undefined,
  asked: Countable,
  house: House,
  callerKey: string | undefined,
): Promise<number | undefined> {
  if (target === undefined) return undefined
  const provider = target.provider.forModel?.(target.model) ?? target.provider
  const codec = provider.dialect.countTokens
  if (codec === undefined) return undefined
  try {
    const written = countBody(codec, asked, provider, target.model)
    if (written === undefined) return undefined
    const body = JSON.stringify({ ...written, ...provider.envelope?.adds })
    const address = { model: target.model, stream: false }
    const path = typeof codec.path === 'string' ? codec.path : codec.path(address)
    const client = asked.dialect.countTokens === codec ? asked.headers : undefined
    const { [HOP_HEADER]: before } = asked.headers
    const hops = hopsWith(house.instance, typeof before === 'string' ? before : undefined)
    const call = { method: 'POST', path, body, limitMs: COUNT_LIMIT_MS, callerKey, client, hops } as const
    return codec.decode((await fetchJson(provider, call, house.clock)).wire)
  } catch {
    return undefined
  }
}

/** Undefined when the client's body cannot be said in the provider's language. */
function countBody(
  codec: CountCodec,
  { dialect, wire, address }: Countable,
  provider: Provider,
  model: string,
): JsonObject | undefined {
  const own = dialect.countTokens
  if (own === codec) return codec.body(wire, model)
  const chat = own?.asked === undefined ? wire : own.asked(wire)
  if (chat === undefined) return undefined
  return codec.write(dialect.chat.decodeRequest(chat, 'chat', address), {
    model,
    provider: provider.issuer ?? provider.name,
    traits: provider.traits(model),
    note: () => undefined,
  })
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

/** At least 1. Without recursion: a body may be nested deeper than the stack is. */
export function estimateTokens(wire: JsonObject): number {
  let characters = 0
  let images = 0
  const pending: unknown[] = READ.map((field) => wire[field])
  for (const field of READ) if (wire[field] !== undefined) characters += field.length
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value === 'string') {
      if (isImage(value)) images++
      else characters += value.length
    } else if (Array.isArray(value)) {
      for (const one of value) pending.push(one)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        characters += key.length
        pending.push(inner)
      }
    }
  }
  return Math.max(1, Math.ceil(characters / CHARACTERS_PER_TOKEN) + images * IMAGE_TOKENS)
}

function isImage(text: string): boolean {
  return text.length > 2000 && /^[A-Za-z0-9+/=\s]+$/.test(text.slice(0, 2000))
}

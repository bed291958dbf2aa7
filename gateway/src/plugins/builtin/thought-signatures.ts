/**
 * Keeps the signatures that Gemini models put on their tool calls, and puts them back where a client has dropped them: without, the
 * model refuses the next turn or thinks anew. Of parallel calls the first alone is signed.
 */

import type { AssistantMessage, AssistantPart, ChatRequest, OpaqueState, ToolCallPart } from '#core'
import type { AnswerEvent, HookedCall, Middleware, MiddlewareTools } from '../middleware.ts'
import { type SignatureRules, SignatureStore } from './signature-store.ts'

/** Characters of one state; more is no signature. */
const LARGEST = 256 * 1024

/** Providers of this language may keep the state of a call beside it. */
const BESIDE = 'openai-chat'

/** What one answer has shown so far. */
interface Answer {
  /** Id of the first call. */
  first?: string
  signed?: { readonly id: string; readonly opaque: OpaqueState }
  reasoning?: OpaqueState
}

export function thoughtSignatures(
  rules: SignatureRules,
  { clock }: Pick<MiddlewareTools, 'clock'>,
): Middleware {
  const store = new SignatureStore(rules, clock)
  const answers = new WeakMap<HookedCall, Answer>()
  return {
    name: 'thought-signatures',
    changesAnswers: false,
    initialize: () => store.start(),
    cleanup: () => store.stop(),
    // Ids of calls are made by providers: those of two may be the same.
    request(asked, { provider }) {
      if (store.size === 0) return undefined
      const request = withSignatures(asked.request, (id) => store.get(`${provider} ${id}`))
      return request === undefined ? undefined : { request }
    },
    event(event, call) {
      const answer = answers.get(call) ?? {}
      answers.set(call, answer)
      note(event, answer)
      if (event.type === 'finish') keep(answer, call, store)
    },
  }
}

function note(event: AnswerEvent, answer: Answer): void {
  if (event.type === 'reasoning-end' && event.opaque !== undefined) answer.reasoning ??= event.opaque
  if (event.type !== 'tool-call-start') return
  answer.first ??= event.id
  if (event.opaque !== undefined) answer.signed ??= { id: event.id, opaque: event.opaque }
}

function keep(
  { first, signed, reasoning }: Answer,
  { provider, dialect }: HookedCall,
  store: SignatureStore,
): void {
  if (signed !== undefined) {
    if (fits(signed.opaque)) store.put(`${provider} ${signed.id}`, { call: signed.opaque })
  } else if (dialect === BESIDE && first !== undefined && reasoning !== undefined && fits(reasoning)) {
    store.put(`${provider} ${first}`, { reasoning: { type: 'reasoning', text: '', opaque: reasoning } })
  }
}

function fits({ value }: OpaqueState): boolean {
  return JSON.stringify(value).length <= LARGEST
}

type Find = (id: string) => ReturnType<SignatureStore['get']>

/** Undefined when nothing was lacking. */
function withSignatures(request: ChatRequest, find: Find): ChatRequest | undefined {
  let changed = false
  const messages = request.messages.map((message) => {
    if (message.role !== 'assistant') return message
    const whole = signedTurn(message, find)
    if (whole !== undefined) changed = true
    return whole ?? message
  })
  return changed ? { ...request, messages } : undefined
}

/** Undefined when it has all it had, or nothing of it is known. */
function signedTurn(message: AssistantMessage, find: Find): AssistantMessage | undefined {
  const { parts } = message
  const calls = parts.filter((part) => part.type === 'tool-call')
  if (calls.some(({ opaque }) => opaque !== undefined)) return undefined
  for (const call of calls) {
    const kept = find(call.id)
    if (kept?.call !== undefined) return { ...message, parts: withState(parts, call, kept.call) }
    const isBare = parts.every((part) => part.type !== 'reasoning' || part.opaque === undefined)
    if (kept?.reasoning !== undefined && isBare) {
      const at = parts.indexOf(call)
      return { ...message, parts: [...parts.slice(0, at), kept.reasoning, ...parts.slice(at)] }
    }
  }
  return undefined
}

function withState(
  parts: readonly AssistantPart[],
  call: ToolCallPart,
  opaque: OpaqueState,
): AssistantPart[] {
  return parts.map((part) => (part === call ? { ...call, opaque } : part))
}

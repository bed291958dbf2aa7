/** The neutral request: what any client asks of any model. Shapes only. */

import type { DialectName, WithExtras } from './extras.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { ProbabilityWish, TokenProbability } from './token-probability.ts'
import type { WebSearch } from './web-search.ts'

export interface ChatRequest extends WithExtras {
  /** The name the client asked for; the upstream's own name is on the target. */
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /** false: at most one tool call per answer. */
  readonly parallelToolCalls?: boolean
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly seed?: number
  readonly stop?: readonly string[]
  /** The client wants the log probabilities of the answer's tokens. */
  readonly probabilities?: ProbabilityWish
  readonly responseFormat?: ResponseFormat
  readonly reasoning?: ReasoningWish
  readonly stream: boolean
  /** The client asked for a usage report inside the stream (openai-chat `stream_options.include_usage`). */
  readonly streamUsage?: boolean
  /** Number of alternative answers. Absent means one; the road never has more than one translated. */
  readonly count?: number
  /** Opaque end-user id. */
  readonly user?: string
  /** What is asked besides a chat turn: Ollama's prompt completion. Absent means chat. */
  readonly operation?: Operation
  /** What stands behind the gap that a prompt completion fills. */
  readonly suffix?: string
}

export type Operation = 'chat' | 'generate'

export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage

/** Leading system messages are the system prompt; later ones keep their place in the conversation. */
export interface SystemMessage extends WithExtras {
  readonly role: 'system'
  readonly parts: readonly TextPart[]
}

export interface UserMessage extends WithExtras {
  readonly role: 'user'
  readonly parts: readonly UserPart[]
}

export interface AssistantMessage extends WithExtras {
  readonly role: 'assistant'
  readonly parts: readonly AssistantPart[]
}

/** The results of one assistant turn's calls, in call order. Always one message per turn. */
export interface ToolMessage extends WithExtras {
  readonly role: 'tool'
  readonly parts: readonly ToolResultPart[]
}

export type UserPart = TextPart | MediaPart | NativePart
export type AssistantPart = TextPart | MediaPart | ReasoningPart | ToolCallPart | NativePart
export type Part = UserPart | AssistantPart | ToolResultPart

/** Prompt-cache mark: what stands up to and including this place may be cached. */
export interface CacheMark {
  readonly ttl?: string
}

export interface TextPart extends WithExtras {
  readonly type: 'text'
  readonly text: string
  /** The model declined: the text is its refusal. */
  readonly refusal?: boolean
  readonly citations?: readonly Citation[]
  /** Of the tokens the text is made of, in order. */
  readonly probabilities?: readonly TokenProbability[]
  readonly cache?: CacheMark
}

/** A source the text rests on. Offsets are UTF-16 units in the part's text. */
export interface Citation extends WithExtras {
  readonly url?: string
  readonly title?: string
  readonly quote?: string
  readonly start?: number
  readonly end?: number
  /** The uploaded file it is from; means something only to the provider that keeps it. */
  readonly fileId?: string
  readonly place?: CitedPlace
}

/** Where in what the request brought along the cited words stand. From 0, pages from 1; `end` is the first one behind. */
export interface CitedPlace {
  readonly unit: 'character' | 'page' | 'block'
  /** Which of the request's documents it is; with `source`, which of its search results. */
  readonly document: number
  readonly start: number
  readonly end: number
  /** What the search result says of where it is from. */
  readonly source?: string
}

export interface MediaPart extends WithExtras {
  readonly type: 'media'
  readonly kind: 'image' | 'audio' | 'document' | 'video'
  readonly source: MediaSource
  /** File name or title as given. */
  readonly name?: string
  /** The model is to say where in it its words come from. */
  readonly cites?: boolean
  /** What a document is about: for the model to know, never to be cited. */
  readonly context?: string
  /** Of a search result: where it is from. */
  readonly foundAt?: string
  /** How closely a picture is to be looked at: `low`, `high`, `auto` or what else the client's language has. */
  readonly detail?: string
  readonly cache?: CacheMark
}

export type MediaSource =
  | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'text'; readonly mediaType: string; readonly text: string }
  /** Uploaded earlier; ids mean something only to the provider that issued them. */
  | { readonly type: 'file-id'; readonly id: string }

/** A model's thinking. Goes back only to the issuer named in `opaque`; without `opaque` it is display text. */
export interface ReasoningPart extends WithExtras {
  readonly type: 'reasoning'
  readonly text: string
  /** The text is withheld by the provider; `opaque` holds all there is. */
  readonly redacted?: boolean
  readonly opaque?: OpaqueState
  readonly cache?: CacheMark
}

/**
 * Reasoning state only its issuer can read: a signature, encrypted items.
 * `issuer` is a provider's name, or `dialect:NAME` for state that came unsealed in that dialect's own history.
 */
export interface OpaqueState {
  readonly issuer: string
  readonly value: JsonValue
}

export interface ToolCallPart extends WithExtras {
  readonly type: 'tool-call'
  readonly id: string
  readonly name: string
  /** JSON text exactly as the model wrote it; may be invalid when the answer was cut. Empty means no arguments. */
  readonly arguments: string
  readonly opaque?: OpaqueState
  readonly cache?: CacheMark
}

export interface ToolResultPart extends WithExtras {
  readonly type: 'tool-result'
  readonly callId: string
  /** The called tool's name where known. */
  readonly name?: string
  readonly content: readonly (TextPart | MediaPart | NativePart)[]
  readonly isError?: boolean
  readonly cache?: CacheMark
}

/** A block that only one dialect can say (server tools, search results). Kept verbatim for that dialect. */
export interface NativePart extends WithExtras {
  readonly type: 'native'
  readonly dialect: DialectName
  readonly value: JsonObject
}

export interface Tool extends WithExtras {
  readonly type: 'function'
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments; absent means no arguments. */
  readonly parameters?: JsonObject
  readonly strict?: boolean
  readonly cache?: CacheMark
  /** A provider-run or typed tool, verbatim; only for the dialect it names. */
  readonly native?: NativePart
  /** What `native` asks for where it is a search of the web: the one tool of this kind that several dialects have. */
  readonly search?: WebSearch
}

export type ToolChoice =
  /** `allowed`: only among these. */
  | { readonly type: 'auto' | 'required'; readonly allowed?: readonly string[] }
  | { readonly type: 'none' }
  | { readonly type: 'tool'; readonly name: string }

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema'
      readonly name?: string
      readonly description?: string
      readonly schema: JsonObject
      readonly strict?: boolean
    }

/** How much the model should think. `enabled: false` switches it off; effort and budget are alternatives. */
export interface ReasoningWish extends WithExtras {
  readonly enabled?: boolean
  readonly effort?: string
  readonly budgetTokens?: number
  /** The client wants to see the thinking. */
  readonly visible?: boolean
}

/**
 * What a dialect is: a wire language, both directions, pure. No I/O, no clock, no chance; whatever varies is handed in.
 * A capability is a present key, never a method that throws.
 */

import type {
  ChatEvent,
  ChatRequest,
  ChatResponse,
  DialectName,
  EmbedOperation,
  EmbedRequest,
  EmbedResponse,
  Frame,
  GatewayError,
  JsonObject,
  JsonValue,
  ModelInfo,
  NoteSink,
  Operation,
  Usage,
} from '#core'

export type { Frame } from '#core'

export interface Dialect {
  readonly name: DialectName
  readonly framing: Framing
  readonly chat: ChatCodec
  readonly embed?: EmbedCodec
  /** The same where some models are asked for vectors in another way; a provider's record names it. */
  readonly embedForms?: Readonly<Record<EmbedForm, EmbedCodec>>
  readonly errors: ErrorCodec
  readonly models: ModelCodec
  readonly countTokens?: CountCodec
  /** Milliseconds until a provider has room for another request, as the head of a good answer tells; 0 is now. Undefined: it does not. */
  toldRoom?(headers: HeaderReader): number | undefined
  /** The usage in a 200 body that is only passed on. */
  meter?(wire: JsonValue): Usage | undefined
}

/** gemini: `predict` is Vertex's older way with many texts, `single` its newer one with one content. */
export type EmbedForm = 'predict' | 'predictOne' | 'single'

/**
 * How streams are framed. `event-stream` is Amazon's binary one: encoders write each of its messages as a line of text, type, blank
 * and JSON, which whoever owns the socket packs. Types that end in `Exception` are its exceptions.
 */
export type Framing = 'sse' | 'ndjson' | 'event-stream'

/** A path under a base URL; a function where the dialect writes the address of the call into it. */
export type DialectPath = string | ((address: Address) => string)

/** What some dialects say in the URL and others in the body. */
export interface Address {
  readonly model: string
  readonly stream: boolean
}

export interface ChatCodec {
  /** Operations the dialect has, each with its path under the provider's base URL. */
  readonly paths: Partial<Readonly<Record<Operation, DialectPath>>>

  /** Whether a provider with these traits has the path of `generate`. Absent: every one does, where the dialect has. */
  completes?(traits: Traits): boolean
  /** Names of tools that its providers take. Absent: all. */
  readonly toolNames?: RegExp
  /** Says a prompt with a suffix for clients of other dialects too. */
  readonly fillsIn?: true

  // The client's side of a request and the provider's side of it.

  /**
   * What the client sent, checked: a missing or ill-typed field throws `invalid-request` naming it. Cheap: runs in both
   * lanes. `stream` is resolved to the dialect's default. `address`: what the URL says, where the dialect says it there.
   */
  check(wire: JsonObject, operation: Operation, address?: Address): RequestHead
  /** Assumes `check` has passed. Fields only this dialect knows end up in extras. */
  decodeRequest(wire: JsonObject, operation: Operation, address?: Address): ChatRequest
  /**
   * Why only a provider of this same dialect can serve the request: it builds on something such a provider keeps (an earlier
   * answer, a stored prompt). For the road to throw before it translates into another dialect.
   */
  bound?(wire: JsonObject, operation: Operation): GatewayError | undefined
  /** What the client calls the conversation, or at least itself, where the language has a word for it. */
  conversation?(wire: JsonObject): string | undefined
  /** What a model must be able to do for it. Cheap: a look at the wire, no decoding. */
  needs(wire: JsonObject): Needs
  /** Top-level fields to write anew so that a same-language body says this and is otherwise untouched. */
  amend(wire: JsonObject, changes: Amendments): JsonObject
  encodeRequest(request: ChatRequest, context: EncodeContext): JsonObject
  /** Whether a body of this dialect cannot pass as it is, because such a target refuses or renames what it says. */
  unfit?(wire: JsonObject, traits: Traits): boolean

  // The provider's side of a whole answer and the client's side of it.

  /** A 200 body; an error inside it is thrown as the GatewayError it means. */
  decodeResponse(wire: JsonValue, context: DecodeContext): ChatEvent[]
  /**
   * All the road must know of a 200 body whose bytes pass as they are: its usage. Throws what `decodeResponse` would. Absent: the
   * body is decoded and its events thrown away.
   */
  inspectResponse?(wire: JsonValue): Usage | undefined
  encodeResponse(response: ChatResponse, context: AnswerContext): JsonObject

  // The same two sides of a stream.

  streamDecoder(context: DecodeContext): StreamDecoder
  streamEncoder(context: AnswerContext): StreamEncoder
  /**
   * Clients pass over an error in the middle of a stream and take what came before for all of the answer: the connection breaks off
   * behind it, which nobody passes over.
   */
  readonly errorsPassUnseen?: boolean
}

export interface EmbedCodec {
  /** Where a provider is asked, under its base URL. A client may have other paths; a body for this one is `embed`. */
  readonly path: DialectPath
  /** Where a provider takes the body of a client that asks for one vector, `embed-one`, as it is. */
  readonly onePath?: DialectPath
  /** Whether the dialect can say token ids instead of texts. */
  readonly tokenInput: boolean
  /** As the chat check. */
  check(wire: JsonObject, operation: EmbedOperation, address?: Address): RequestHead
  decodeRequest(wire: JsonObject, operation: EmbedOperation, address?: Address): EmbedRequest
  /** Top-level fields to write anew so that a same-language body names this model. Absent: as the chat codec's. */
  rename?(wire: JsonObject, model: string): JsonObject
  /** Always asks for plain numbers. A width that cannot be asked for throws `invalid-request`. */
  encodeRequest(request: EmbedRequest, context: EncodeContext): JsonObject
  /** The request in as many as it takes, in the order of its texts. Absent: any number of texts goes into one. */
  portions?(request: EmbedRequest): readonly EmbedRequest[]
  /** A 200 body; an error inside it is thrown as the GatewayError it means. */
  decodeResponse(wire: JsonValue): EmbedResponse
  encodeResponse(response: EmbedResponse, context: EmbedContext): JsonObject
}

export interface EmbedContext {
  readonly request: EmbedRequest
  readonly operation: EmbedOperation
  /** Milliseconds since the exchange began, fractional. */
  elapsedMs(): number
}

/** What the road must know of a request before it is decoded. */
export interface RequestHead {
  readonly model: string
  /** How the client spelled it, where that differs. */
  readonly spelled?: string
  readonly stream: boolean
  /** The output limit the client set. */
  readonly maxOutputTokens?: number
  /** The field by which more than one answer is asked for. The neutral model holds one: such a body can only pass as it is. */
  readonly several?: string
}

/** What a body asks of a model beyond text. */
export interface Needs {
  readonly vision: boolean
  readonly tools: boolean
}

/** What configuration may change in a body that is otherwise forwarded byte for byte. */
export interface Amendments {
  readonly model?: string
  readonly maxOutputTokens?: number
  /** openai-chat: the target's name of the limit, for a client that set none. */
  readonly maxTokensField?: Traits['maxTokensField']
}

/** Feeds on frames of one answer. */
export interface StreamDecoder {
  /**
   * True: a frame that differs from the one before in its visible text alone is the same delta with another text, and the decoder
   * need not see it. Not for decoders that count or gather text.
   */
  readonly repeats?: boolean
  /**
   * Events this frame completes. A frame that is not of this dialect throws `bad-answer`; an error the provider reports
   * inside the stream comes out as an `error` event. After the terminal event nothing more comes out.
   */
  push(frame: Frame): readonly ChatEvent[]
  /** The bytes ended. Closes what is open and finishes; without the dialect's terminator: a `cut-stream` error event. */
  end(): readonly ChatEvent[]
}

/** Turns events into the text of the client's stream. */
export interface StreamEncoder {
  /** Text to write for this event; may be empty. The terminal event writes the dialect's terminator or error frame. */
  push(event: ChatEvent): string
  /** What to write in a silent gap. */
  keepAlive(): string
  /**
   * Takes note of whole frames that went out in the provider's own bytes, and of what they say: whatever is written later goes on
   * with that answer. Where it is missing, what they say is pushed.
   */
  passed?(events: readonly ChatEvent[], raw: Buffer): void
}

export interface EncodeContext {
  /** The upstream's name of the model. */
  readonly model: string
  /** The provider's configured name: opaque state of this issuer may go back. */
  readonly provider: string
  readonly traits: Traits
  readonly note: NoteSink
}

export interface DecodeContext {
  /** The provider's configured name: issuer of opaque state in this answer. */
  readonly provider: string
  /** Unique per attempt; seed for ids the upstream failed to give. */
  readonly exchangeId: string
  readonly traits?: Traits
}

export interface AnswerContext {
  readonly exchangeId: string
  /** The name the client asked for, to echo. */
  readonly model: string
  /** Epoch milliseconds at which the exchange began. */
  readonly startedAt: number
  readonly request: ChatRequest
  /** Milliseconds since the exchange began, fractional. */
  elapsedMs(): number
  readonly note: NoteSink
}

/** Facts about a target that change how a request is written. Stated on provider records, read by encoders. */
export interface Traits {
  /** openai-chat: which field limits the output. Default `max_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** Tokens to ask for where the dialect needs a limit and the client gave none. */
  readonly defaultMaxTokens?: number
  /** openai-chat: the role of instructions. Default `system`. */
  readonly systemRole?: 'system' | 'developer'
  /** Sampling fields the model refuses: dropped with a note. */
  readonly noSampling?: boolean
  /** openai-chat: takes `top_k`, which the dialect itself does not have. */
  readonly topK?: boolean
  /** anthropic: refuses `temperature` together with `top_p`; the latter is dropped. */
  readonly oneOfSampling?: boolean
  /** openai-chat: fields of Responses that the provider has in this language too. */
  readonly responsesFields?: readonly string[]
  /** openai-chat: understands `stream_options.include_usage`. Default true. */
  readonly streamUsage?: boolean
  /** openai-chat: the message field that carries thinking back, where the provider wants it back. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'content'
  /**
   * openai-chat: how a thinking wish is said. Default `effort` (`reasoning_effort`), or as an openai-chat client spelled it;
   * `object` is OpenRouter's `reasoning`, `thinking` is DeepSeek's and Z.ai's `thinking: {type}`, `switch` is Qwen's
   * `enable_thinking` and `thinking_budget`.
   */
  readonly reasoningWish?: 'effort' | 'object' | 'thinking' | 'switch' | 'none'
  /** openai-chat: takes `cache_control` on parts and tools. Default false: marks are left out. */
  readonly cacheControl?: boolean
  /** openai-chat and ollama: message content must be a plain string. */
  readonly stringContent?: boolean
  /** anthropic: accepts system turns inside `messages`. */
  readonly midSystem?: boolean
  /** anthropic: how thinking is asked for. Default `budget`. */
  readonly thinking?: 'budget' | 'adaptive' | 'none'
  /** Goes on with a conversation that ends with the assistant, in the same message. */
  readonly prefill?: boolean
  /** anthropic: refuses a conversation that ends with the assistant. */
  readonly noPrefill?: boolean
  /** anthropic: has `output_config.format`. */
  readonly structuredOutput?: boolean
  /** ollama: takes thinking as a level (`low`, `medium`, `high`) and not only as a boolean. */
  readonly thinkLevels?: boolean
  /** gemini: how thinking is asked for. Default: as a gemini client said it, else `budget`. */
  readonly thinkingConfig?: 'budget' | 'level' | 'none'
  /** gemini: the least thinking of a model that cannot go without: tokens or a level. Default 0 or `minimal`. */
  readonly leastThinking?: number | string
  /** gemini: refuses calls in the history without a thought signature; calls from elsewhere get the documented stand-in. */
  readonly callSignatures?: boolean
  /** gemini: takes ids on calls and results. Default true. */
  readonly callIds?: boolean
  /** gemini: takes media inside a function's response. Default: beside it, unless a gemini client put it inside. */
  readonly resultMedia?: boolean
  /** gemini: takes plain JSON Schema. Default: lowered to its own subset, unless a gemini client sent it plain. */
  readonly jsonSchema?: boolean
  /** openai-chat: has `/completions`. Default false: a prompt is asked as a conversation. */
  readonly completions?: boolean
  /** Leaves its thinking in the text, between `<think>` tags at the start. */
  readonly thinkTags?: boolean
  /**
   * openai-chat: how a search of the web is asked for: by the field `web_search_options`, or by OpenRouter's tool. Default: not at
   * all, which a client of another dialect is told.
   */
  readonly webSearch?: 'options' | 'tool'
  /** gemini: its search takes sites to leave out. */
  readonly excludesSites?: boolean
  /** openai-chat: fields that have another name here. */
  readonly renames?: Readonly<Record<string, string>>
  /** openai-chat: takes a `name` on messages. Default true. */
  readonly messageNames?: boolean
  /** openai-chat: wants ids of calls to be nine letters and digits; others are renamed in calls and results alike. */
  readonly shortCallIds?: boolean
  /** openai-chat: wants a last turn of the assistant, to be continued, marked with `prefix`. */
  readonly prefixTail?: boolean
  /**
   * openai-chat: the order of turns it insists on. `bridged`: a turn of the assistant's between a tool's result and the user;
   * `alternating`: never two turns of the same side. Default: any.
   */
  readonly turns?: 'bridged' | 'alternating'
  /** openai-chat: the only fields it takes on messages. Default: all that the dialect has. */
  readonly messageFields?: readonly string[]
  /** Both of OpenAI's: the only words its effort has; another one becomes the nearest of these. */
  readonly efforts?: readonly string[]
  /** Fields this provider refuses, removed from the top level of the body with a note. */
  readonly refuses?: readonly string[]
}

export interface ErrorCodec {
  /** Understands an upstream's error answer. `body` is the text of the body, perhaps not JSON. */
  decode(status: number, headers: HeaderReader, body: string): GatewayError
  /** The answer of our own to a client of this dialect. */
  encode(error: GatewayError, requestId: string): ErrorAnswer
}

export interface ErrorAnswer {
  readonly status: number
  readonly body: JsonObject
  /** Headers that belong to the error; flat: name, value, name, value. */
  readonly headers?: readonly string[]
}

/** Reads one header, lower-case name. */
export type HeaderReader = (name: string) => string | undefined

export interface ModelCodec {
  /** Path of the list under the provider's base URL. */
  readonly path: string
  decode(wire: JsonValue): ModelInfo[]
  encodeList(models: readonly ModelInfo[], page?: ListPage): JsonObject
  encodeOne(model: ModelInfo): JsonObject
}

/** Where a part of a list stands in the whole. */
export interface ListPage {
  readonly hasMore: boolean
  /** What the client shows to get the next part, in dialects that do not ask by name. */
  readonly next?: string
}

export interface CountCodec {
  readonly path: DialectPath
  /** As the chat check, without what only an answer needs. */
  check(wire: JsonObject, address?: Address): RequestHead
  /** The provider's body for a client's body of the same dialect. */
  body(wire: JsonObject, model: string): JsonObject
  /** The chat request a client wants counted; undefined where it is none. Absent: the client's body is one. */
  asked?(wire: JsonObject): JsonObject | undefined
  /** The provider's body for a client of another dialect. */
  write(request: ChatRequest, context: EncodeContext): JsonObject
  decode(wire: JsonValue): number
  encode(tokens: number): JsonObject
}

/** Answers of `/completions` to a client, whole and streamed: one choice, whose text is all it can say. */

import type {
  ChatEvent,
  ChatResponse,
  Finish,
  FinishEvent,
  GatewayError,
  JsonDraft,
  Part,
  StartEvent,
  TokenProbability,
  Usage,
} from '#core'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { pausedTurn } from '../paused-turn.ts'
import { noteStrayTokens } from '../token-probabilities.ts'
import { encodeError } from './error-encode.ts'
import { spareOf } from './extra-fields.ts'
import { encodeFinish } from './finish.ts'
import { encodeLists } from './logprobs.ts'
import { encodeUsage } from './usage.ts'

const DONE = 'data: [DONE]\n\n'

export function encodeCompletionAnswer(response: ChatResponse, context: AnswerContext): JsonDraft {
  const { finish, parts, usage } = response
  for (const part of parts) noteLost(part, context)
  const texts = parts.filter((part) => part.type === 'text')
  const text = texts.map((part) => part.text).join('')
  const logprobs = encodeLists(texts.flatMap((part) => part.probabilities ?? []))
  noteStrayTokens(finish, context.note)
  return {
    ...headOf(context),
    choices: [{ text, index: 0, logprobs, finish_reason: reasonOf(finish, context) }],
    usage: encodeUsage(usage),
    ...spareOf(finish),
  }
}

/** `begun`: how the answer began where that was not here. */
function headOf({ exchangeId, startedAt, model }: AnswerContext, begun?: StartEvent): JsonDraft {
  return {
    id: begun?.id ?? `cmpl-${exchangeId}`,
    object: 'text_completion',
    created: begun?.created ?? Math.floor(startedAt / 1000),
    model: begun?.model ?? model,
  }
}

function noteLost(part: Part, { note }: AnswerContext): void {
  if (part.type !== 'text')
    note({ kind: 'unsupported', field: part.type, reason: 'A text completion has nothing but text.' })
}

function reasonOf(finish: Finish, { note }: AnswerContext): string {
  return finish.reason === 'tool-calls' ? 'stop' : encodeFinish(finish, false, false, note)
}

export class CompletionEncoder implements StreamEncoder {
  readonly #context: AnswerContext
  #head = ''
  #before = ''
  readonly #after: string
  readonly #end: string
  readonly #lost = new Set<string>()
  #offset = 0
  #usage: Usage | undefined
  #over = false

  constructor(context: AnswerContext) {
    this.#context = context
    this.#beginAs(undefined)
    this.#end = `,"finish_reason":null}]${this.#nullUsage}}\n\n`
    this.#after = `,"logprobs":null${this.#end}`
  }

  push(event: ChatEvent): string {
    if (this.#over) return ''
    switch (event.type) {
      case 'text-delta':
        if (event.probabilities !== undefined) return this.#weighed(event.text, event.probabilities)
        return event.text === '' ? '' : this.#before + JSON.stringify(event.text) + this.#after
      case 'reasoning-start':
        return this.#lose('reasoning')
      case 'tool-call-start':
        return this.#lose('tool-call')
      case 'citation':
        return this.#lose('citations')
      case 'part':
        return this.#lose(event.part.type)
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        return event.reason === 'pause' ? this.#error(pausedTurn()) : this.#finish(event)
      case 'error':
        return this.#error(event.error)
      default:
        return ''
    }
  }

  /** All chunks of an answer bear one id. */
  passed(events: readonly ChatEvent[]): void {
    for (const event of events) {
      if (event.type === 'start') this.#beginAs(event)
      else this.push(event)
    }
  }

  #beginAs(begun: StartEvent | undefined): void {
    this.#head = `data: ${JSON.stringify(headOf(this.#context, begun)).slice(0, -1)},`
    this.#before = `${this.#head}"choices":[{"index":0,"text":`
  }

  keepAlive(): string {
    return this.#over ? '' : ': keep-alive\n\n'
  }

  #weighed(text: string, tokens: readonly TokenProbability[]): string {
    const logprobs = JSON.stringify(encodeLists(tokens, this.#offset))
    for (const { token } of tokens) this.#offset += token.length
    return `${this.#before}${JSON.stringify(text)},"logprobs":${logprobs}${this.#end}`
  }

  get #wantsUsage(): boolean {
    return this.#context.request.streamUsage === true
  }

  get #nullUsage(): string {
    return this.#wantsUsage ? ',"usage":null' : ''
  }

  #lose(field: string): string {
    if (this.#lost.has(field)) return ''
    this.#lost.add(field)
    this.#context.note({ kind: 'unsupported', field, reason: 'A text completion has nothing but text.' })
    return ''
  }

  #finish(finish: FinishEvent): string {
    const reason = reasonOf(finish, this.#context)
    this.#over = true
    noteStrayTokens(finish, this.#context.note)
    const spare = JSON.stringify(spareOf(finish)).slice(1, -1)
    const last =
      `${this.#before}"","logprobs":null,"finish_reason":"${reason}"}]` +
      `${spare === '' ? '' : `,${spare}`}${this.#nullUsage}}\n\n`
    if (!this.#wantsUsage) return last + DONE
    return `${last}${this.#head}"choices":[],"usage":${JSON.stringify(encodeUsage(this.#usage))}}\n\n${DONE}`
  }

  /** Clients stop reading at [DONE]; without it some wait for their own timeout. */
  #error(error: GatewayError): string {
    this.#over = true
    return `data: ${JSON.stringify(encodeError(error, this.#context.exchangeId).body)}\n\n${DONE}`
  }
}

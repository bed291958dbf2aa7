/** Reads answers, whole or in chunks: each is a full response object. What it says goes through the block rules. */

import { answerExtras, GatewayError, stringOf } from '#core'
import type { ChatEvent, JsonDraft, JsonObject } from '#core'
import { BlockWriter } from '../block-writer.ts'
import type { DecodeContext } from '../dialect.ts'
import { argumentsText } from './arguments.ts'
import { decodeFinish, finishWord } from './finish.ts'
import { decodeCitations, mergeRecited } from './grounding.ts'
import { decodeLogprobs } from './logprobs.ts'
import { decodeMedia } from './media.ts'
import { native } from './message.ts'
import { PartialCall } from './partial-call.ts'
import { footed, type Footing } from './signature.ts'
import { decodeUsage } from './usage.ts'
import { camel, camelAt, fieldSet, objectsOf, restOf } from './wire.ts'

const BODY = fieldSet('candidates usageMetadata modelVersion responseId')
const CANDIDATE = fieldSet('content finishReason index logprobsResult')

export class AnswerReader {
  readonly #writer = new BlockWriter()
  readonly #context: DecodeContext
  #started = false
  #calls = 0
  #partial: PartialCall | undefined
  /** What the open text block says; undefined when none is open. Citations are placed in it. */
  #text: string | undefined
  /** A signature that follows a text: written once the text is over, since citations may still come for it. */
  #pending: { readonly signature: string; readonly footing: Footing } | undefined
  #cited = new Set<string>()
  #usage: JsonObject | undefined
  #word: string | undefined
  #message: string | undefined
  #blocked: JsonObject | undefined
  #rest: JsonDraft = {}
  #candidateRest: JsonDraft = {}

  constructor(context: DecodeContext) {
    this.#context = context
  }

  /** Whether something came that ends an answer. */
  get finished(): boolean {
    return this.#word !== undefined || this.#blocked !== undefined
  }

  /** Whether any chunk had an answer in it. */
  get started(): boolean {
    return this.#started
  }

  push(wire: JsonObject): ChatEvent[] {
    const body = camel(wire)
    const usage = camelAt(body, 'usageMetadata')
    if (usage !== undefined) this.#usage = { ...this.#usage, ...usage }
    const feedback = camelAt(body, 'promptFeedback')
    const candidate = firstCandidate(body)
    if (candidate === undefined && feedback === undefined) return this.#writer.take()
    if (!this.#started) this.#start(body)
    if (feedback?.['blockReason'] !== undefined) this.#blocked = feedback
    Object.assign(this.#rest, restOf(body, BODY))
    if (candidate !== undefined) this.#candidate(candidate)
    return this.#writer.take()
  }

  /** A piece of text that was read without parsing its frame. */
  said(text: string): void {
    this.#text = (this.#text ?? '') + text
  }

  /** Closes what is open and says how it ended. `otherwise`: the reason of an answer that gave none. */
  end(otherwise?: string): ChatEvent[] {
    this.#endCall()
    this.#sign()
    this.#writer.closeAll()
    this.#writeUsage()
    this.#writer.emit(this.#ending(otherwise))
    return this.#writer.take()
  }

  fail(error: GatewayError): ChatEvent[] {
    this.#endCall()
    this.#writer.closeAll()
    this.#writeUsage()
    this.#writer.emit({ type: 'error', error })
    return this.#writer.take()
  }

  #ending(otherwise: string | undefined): ChatEvent {
    const word = this.#word ?? otherwise
    if (word === undefined && this.#blocked !== undefined) return this.#blockedPrompt(this.#blocked)
    const finish = decodeFinish(word ?? 'STOP', this.#message, this.#writer.sawToolCall)
    if (finish instanceof GatewayError)
      return { type: 'error', error: finish.with({ provider: this.#context.provider }) }
    return {
      type: 'finish',
      ...finish,
      ...this.#writer.strayTokens(),
      ...answerExtras('gemini', this.#ownFields()),
    }
  }

  #blockedPrompt(feedback: JsonObject): ChatEvent {
    const raw = stringOf(feedback['blockReason'])
    const explanation = stringOf(feedback['blockReasonMessage'])
    return {
      type: 'finish',
      reason: 'content-filter',
      ...(raw === undefined ? {} : { raw }),
      ...(explanation === undefined ? {} : { explanation }),
      ...answerExtras('gemini', this.#ownFields()),
    }
  }

  #ownFields(): JsonObject | undefined {
    const candidate =
      Object.keys(this.#candidateRest).length === 0 ? {} : { '~candidate': this.#candidateRest }
    const own = { ...this.#rest, ...candidate }
    return Object.keys(own).length === 0 ? undefined : own
  }

  #writeUsage(): void {
    if (this.#usage !== undefined) this.#writer.emit({ type: 'usage', usage: decodeUsage(this.#usage) })
  }

  #start(body: JsonObject): void {
    this.#started = true
    const id = stringOf(body['responseId'])
    const model = stringOf(body['modelVersion'])
    const created = Date.parse(stringOf(body['createTime']) ?? '')
    this.#writer.emit({
      type: 'start',
      ...(id ? { id } : {}),
      ...(model ? { model } : {}),
      ...(Number.isNaN(created) ? {} : { created: Math.floor(created / 1000) }),
    })
  }

  #candidate(candidate: JsonObject): void {
    const content = camelAt(candidate, 'content') ?? {}
    this.#writer.weigh(decodeLogprobs(candidate))
    for (const part of objectsOf(content['parts'])) this.#part(part)
    this.#writer.weighed()
    this.#cite(candidate)
    // Some servers say STOP on every chunk: the last word counts, and only at the end.
    this.#word = finishWord(candidate) ?? this.#word
    this.#message = stringOf(candidate['finishMessage']) ?? this.#message
    const recited = mergeRecited(this.#candidateRest['citationMetadata'], candidate['citationMetadata'])
    Object.assign(this.#candidateRest, restOf(candidate, CANDIDATE), recited)
  }

  /** Later chunks repeat what earlier ones cited. */
  #cite(candidate: JsonObject): void {
    if (this.#text === undefined) return
    for (const citation of decodeCitations(candidate, this.#text)) {
      const key = JSON.stringify(citation)
      if (this.#cited.has(key)) continue
      this.#cited.add(key)
      this.#writer.emit({ type: 'citation', index: this.#writer.textIndex(), citation })
    }
  }

  #part(part: JsonObject): void {
    const signature = stringOf(part['thoughtSignature']) || undefined
    const call = camelAt(part, 'functionCall')
    if (call !== undefined) return this.#call(call, signature)
    const text = stringOf(part['text'])
    if (text !== undefined && part['thought'] !== true) return this.#say(text, signature)
    if (text !== undefined) return this.#think(text, signature)
    if (Object.keys(part).length === 0) return
    this.#leaveText()
    const media = decodeMedia(part)
    this.#writer.part(media ?? native(part))
    if (media !== undefined && signature !== undefined) this.#pending = { signature, footing: 'previous' }
  }

  #say(text: string, signature: string | undefined): void {
    if (text === '' && signature === undefined) return
    this.#endCall()
    this.#sign()
    this.#writer.text(text)
    if (text !== '') this.said(text)
    if (signature !== undefined) this.#pending = { signature, footing: text === '' ? 'empty' : 'previous' }
  }

  /** Thinking gathers until its signature comes; what follows a signature is another block. */
  #think(text: string, signature: string | undefined): void {
    this.#leaveText()
    this.#writer.reasoning(text)
    if (signature === undefined) return
    this.#writer.reasoningState({ issuer: this.#context.provider, value: signature })
    this.#writer.closeProse()
  }

  /** Empty thinking behind the text holds its signature. */
  #sign(): void {
    const pending = this.#pending
    if (pending === undefined) return
    this.#pending = undefined
    this.#text = undefined
    this.#writer.closeProse()
    const value = footed(pending.signature, pending.footing)
    this.#writer.reasoningState({ issuer: this.#context.provider, value })
    this.#writer.closeProse()
  }

  #leaveText(): void {
    this.#endCall()
    this.#sign()
    this.#text = undefined
  }

  #call(call: JsonObject, signature: string | undefined): void {
    const name = stringOf(call['name']) ?? ''
    if (name === '' && this.#partial !== undefined) {
      this.#partial.push(call)
      if (call['willContinue'] !== true) this.#endCall()
      return
    }
    this.#leaveText()
    const slot = `${this.#calls++}`
    const id = stringOf(call['id']) || `call_${this.#context.exchangeId}_${slot}`
    const state = signature === undefined ? undefined : { issuer: this.#context.provider, value: signature }
    this.#writer.beginCall(slot, id, name, state)
    if (call['willContinue'] === true || call['partialArgs'] !== undefined) {
      this.#partial = new PartialCall(slot, undefined)
      this.#partial.push(call)
      if (call['willContinue'] !== true) this.#endCall()
      return
    }
    this.#writer.callArguments(slot, argumentsText(call['args']))
    this.#writer.endCall(slot)
  }

  #endCall(): void {
    const call = this.#partial
    this.#partial = undefined
    if (call === undefined) return
    this.#writer.callArguments(call.slot, call.text())
    this.#writer.endCall(call.slot)
  }
}

/** Alternatives are not translated. */
function firstCandidate(body: JsonObject): JsonObject | undefined {
  return objectsOf(body['candidates']).find((candidate) => !candidate['index'])
}

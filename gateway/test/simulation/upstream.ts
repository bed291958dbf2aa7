/** The network of a schedule: providers that answer, stall, break off, refuse and lie, on virtual time. */

import { type Clock, GatewayError, isObject, parseJson, arrayOf, stringOf } from '#core'
import type { Client, Receiver, UpstreamCall, UpstreamRequest } from '#transport'
import type { Chance } from './chance.ts'

export const FAULTS = [
  'none',
  'limited',
  'limited-told',
  'server-error',
  'overloaded',
  'reset',
  'reset-late',
  'silence',
  'slow',
  'cut',
  'stall',
  'garbage',
  'no-terminator',
  'early-end',
  'told-error',
  'bad-request',
  'refused-key',
] as const

export type Fault = (typeof FAULTS)[number]

/** What every whole answer says. */
export const TEXT = Array.from({ length: 16 }, (_, i) => `w${i}x${(i * 7919) % 97}`).join(' ')

export interface NetworkParts {
  readonly clock: Clock
  readonly chance: Chance
  /** What the next call meets. */
  readonly fault: () => Fault
}

export class Network {
  readonly #parts: NetworkParts
  /** Seconds that whoever comes too often is told to wait. */
  readonly #told: number
  /** Calls that neither ended nor were given up. */
  open = 0
  calls = 0
  readonly #busy = new Map<string, { now: number; most: number }>()

  constructor(parts: NetworkParts) {
    this.#parts = parts
    this.#told = parts.chance.maybe(0.3) ? 0 : parts.chance.whole(1, 20)
  }

  /** Calls to one provider that were being answered at the same time. */
  most(name: string): number {
    return this.#busy.get(name)?.most ?? 0
  }

  client(name: string): Client {
    const busy = { now: 0, most: 0 }
    this.#busy.set(name, busy)
    return {
      send: (request: UpstreamRequest, receiver: Receiver) => {
        this.open++
        this.calls++
        busy.most = Math.max(busy.most, ++busy.now)
        return new Play({ ...this.#parts, told: this.#told }, request, receiver, {
          closed: () => this.open--,
          answered: () => busy.now--,
        })
      },
      close: () => Promise.resolve(),
      stats: { connected: 0, free: 0, running: 0 },
    }
  }
}

interface Ends {
  readonly closed: () => void
  readonly answered: () => void
}

type Act = readonly [afterMs: number, act: () => void]

class Play implements UpstreamCall {
  readonly #clock: Clock
  readonly #receiver: Receiver
  readonly #ends: Ends
  readonly #told: number
  readonly #acts: Act[]
  #timer: { cancel(): void } | undefined
  #over = false
  #said = false
  #paused = false

  constructor(
    { clock, chance, fault, told }: NetworkParts & { readonly told: number },
    request: UpstreamRequest,
    receiver: Receiver,
    ends: Ends,
  ) {
    this.#clock = clock
    this.#receiver = receiver
    this.#ends = ends
    this.#told = told
    this.#acts = this.#script(fault(), chance, bodyOf(request))
    this.#next()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    if (this.#timer === undefined) this.#next()
  }

  abort(): void {
    this.#end(() => {})
  }

  #next(): void {
    if (this.#over || this.#paused) return
    const act = this.#acts.shift()
    if (act === undefined) return
    const [afterMs, run] = act
    this.#timer = this.#clock.timer(afterMs, () => {
      this.#timer = undefined
      run()
      this.#next()
    })
  }

  #end(last: () => void): void {
    if (this.#over) return
    this.#over = true
    this.#timer?.cancel()
    this.#ends.closed()
    this.#answered()
    last()
  }

  /** All has been said, though the connection may stand for a while. */
  #answered(): void {
    if (this.#said) return
    this.#said = true
    this.#ends.answered()
  }

  #head(status: number, type: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#receiver.onHead(status, (name) => (name === 'content-type' ? type : headers[name]))
  }

  #fail(): void {
    this.#end(() => this.#receiver.onError(new GatewayError('connection', 'The connection broke.')))
  }

  #status(status: number, headers: Readonly<Record<string, string>> = {}): Act {
    return [
      5,
      () => {
        this.#head(status, 'application/json', headers)
        this.#receiver.onData(Buffer.from(JSON.stringify({ error: { message: 'no', type: 'x' } })))
        this.#end(() => this.#receiver.onEnd())
      },
    ]
  }

  #script(fault: Fault, chance: Chance, asked: Asked): Act[] {
    const first = chance.whole(20, 400)
    switch (fault) {
      case 'limited':
        return [this.#status(429)]
      case 'limited-told':
        return [this.#status(429, { 'retry-after': String(this.#told) })]
      case 'server-error':
        return [this.#status(500)]
      case 'overloaded':
        return [this.#status(503)]
      case 'bad-request':
        return [this.#status(400)]
      case 'refused-key':
        return [this.#status(401)]
      case 'reset':
        return [[2, () => this.#fail()]]
      case 'reset-late':
        return [
          [2, () => this.#head(200, 'application/json')],
          [50, () => this.#fail()],
        ]
      case 'silence':
        return []
      default:
        return asked.stream ? this.#stream(fault, chance, asked, first) : this.#whole(fault, asked, first)
    }
  }

  #whole(fault: Fault, { rest }: Asked, first: number): Act[] {
    const body = fault === 'garbage' || fault === 'cut' ? '{"choices":[' : JSON.stringify(answerOf(rest))
    if (fault === 'stall') return [[first, () => this.#head(200, 'application/json')]]
    return [
      [
        fault === 'slow' ? first + 40_000 : first,
        () => {
          this.#head(200, 'application/json')
          this.#receiver.onData(Buffer.from(body))
          if (fault === 'cut') this.#fail()
          else this.#end(() => this.#receiver.onEnd())
        },
      ],
    ]
  }

  #stream(fault: Fault, chance: Chance, { rest }: Asked, first: number): Act[] {
    const words = rest.split(/(?<= )/)
    const breaksAfter = chance.whole(0, words.length - 1)
    const send = (text: string) => () => this.#receiver.onData(Buffer.from(`data: ${text}\n\n`))
    const acts: Act[] = [
      [10, () => this.#head(200, 'text/event-stream')],
      [fault === 'slow' ? 50_000 : first, send(JSON.stringify(chunkOf({ role: 'assistant' })))],
    ]
    for (const [i, word] of words.entries()) {
      if (i === breaksAfter) {
        if (fault === 'cut') return [...acts, [1, () => this.#fail()]]
        if (fault === 'stall') return acts
        if (fault === 'early-end') return [...acts, [1, () => this.#end(() => this.#receiver.onEnd())]]
        if (fault === 'garbage') acts.push([1, send('{"choices":')])
        if (fault === 'told-error')
          acts.push([1, send(JSON.stringify({ error: { message: 'overloaded', code: 503 } }))])
      }
      acts.push([chance.whole(0, 30), send(JSON.stringify(chunkOf({ content: word })))])
    }
    const end: Act = [1, () => this.#end(() => this.#receiver.onEnd())]
    if (fault === 'no-terminator') return [...acts, end]
    acts.push(
      [1, send(JSON.stringify({ ...chunkOf({}, 'stop'), usage: USAGE }))],
      [1, () => this.#answered()],
      [0, send('[DONE]')],
    )
    return [...acts, end]
  }
}

interface Asked {
  readonly stream: boolean
  /** What is left to say: all, or what an earlier provider did not get to. */
  readonly rest: string
}

function bodyOf({ body }: UpstreamRequest): Asked {
  const wire = parseJson(typeof body === 'string' ? body : Buffer.from(body ?? []).toString('utf8'))
  const messages = isObject(wire) ? (arrayOf(wire['messages']) ?? []) : []
  const begun = messages.findLast((message) => isObject(message) && message['role'] === 'assistant')
  const said = isObject(begun) ? (stringOf(begun['content']) ?? '') : ''
  return { stream: isObject(wire) && wire['stream'] === true, rest: TEXT.slice(said.length) || ' ' }
}

const USAGE = { prompt_tokens: 5, completion_tokens: 24, total_tokens: 29 }

const chunkOf = (delta: object, finish: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
})

const answerOf = (content: string) => ({
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: USAGE,
})

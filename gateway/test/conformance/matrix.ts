/** Asks a gateway for recorded answers through the official clients and judges what they yield. */

import { startGateway } from '#main'
import { startSimulator } from '#simulator'
import { houseConfig, NO_BREAKER } from '../house.ts'
import { askAnthropic } from './ask-anthropic.ts'
import { askBedrock } from './ask-bedrock.ts'
import { askGemini } from './ask-gemini.ts'
import { askOllama } from './ask-ollama.ts'
import { askOpenai } from './ask-openai.ts'
import { askResponses } from './ask-responses.ts'
import { type Difference, differences, type Field } from './compare.ts'
import { says } from './wording.ts'
import type { DialectUnderTest, RecordedExchange } from './exchange.ts'
import { expectedOf, meaningOf } from './expected.ts'
import { type Case, type LossRule, lossOf } from './losses.ts'
import type { Meaning } from './meaning.ts'
import type { Ask, Asked, Question } from './seen.ts'

export const ASK: Readonly<Record<DialectUnderTest, Ask>> = {
  'openai-chat': askOpenai,
  'openai-responses': askResponses,
  anthropic: askAnthropic,
  gemini: askGemini,
  bedrock: askBedrock,
  ollama: askOllama,
}

/** Requests under way at once. */
const TOGETHER = 16

/** How the simulator cuts a replayed body. */
export interface Split {
  readonly split?: number
  readonly seed?: number
}

/** A gateway with every exchange as a provider of its own, answered by the replay voice. */
export interface Hall {
  readonly url: string
  /** Where the recording itself can be asked for, past the gateway. */
  direct(exchange: RecordedExchange): string
  /** The model to ask for. */
  model(exchange: RecordedExchange, split?: Split): string
  close(): Promise<void>
}

/** One provider of a hall: an exchange, and how its answer is cut. */
export interface Seat {
  readonly exchange: RecordedExchange
  readonly split?: Split
}

export async function openHall(recordings: string, seats: readonly Seat[]): Promise<Hall> {
  const simulator = await startSimulator({ fixtures: recordings })
  const names = new Map<string, string>()
  const key = ({ exchange, split = {} }: Seat) => `${exchange.folder}/${exchange.id} ${JSON.stringify(split)}`
  const providers = seats.map((seat, at) => {
    const { exchange, split } = seat
    const name = `e${at}`
    names.set(key(seat), name)
    return {
      name,
      dialect: exchange.dialect,
      baseUrl: simulator.replayUrl(exchange.folder, exchange.id, split),
    }
  })
  // One recording is asked for many times: its 429 says nothing about how fast to ask.
  const config = { breaker: NO_BREAKER, limits: { ...houseConfig({ providers }).limits, adaptive: false } }
  const gateway = await startGateway({ config: houseConfig({ providers, config }) })
  return {
    url: gateway.url,
    direct: (exchange) => simulator.replayUrl(exchange.folder, exchange.id),
    model: (exchange, split = {}) => `${names.get(key({ exchange, split }))}:m`,
    async close() {
      await gateway.close()
      await simulator.close()
    },
  }
}

export interface Judgement extends Case {
  readonly asked: Asked
  /** Fields in which the client sees less than was meant. */
  readonly lossy: ReadonlySet<Field>
  readonly losses: readonly LossRule[]
  /** Differences no rule explains, told for people. */
  readonly mistakes: readonly string[]
}

export async function judge(
  hall: Hall,
  exchange: RecordedExchange,
  client: DialectUnderTest,
  stream: boolean,
  split: Split = {},
): Promise<Judgement> {
  const operation = client === 'ollama' ? exchange.operation : 'chat'
  const question: Question = { url: hall.url, model: hall.model(exchange, split), stream, operation }
  const asked = await ASK[client](question)
  const one: Case = { exchange, client, stream, meaning: meaningOf(exchange) }
  const losses = new Set<LossRule>()
  const lossy = new Set<Field>()
  const mistakes: string[] = []
  for (const difference of await found(one, asked, { ...question, url: hall.direct(exchange) })) {
    const rule = lossOf(difference, one)
    lossy.add(difference.field)
    if (rule === undefined) mistakes.push(tell(one, difference))
    else losses.add(rule)
  }
  // A stream's head has gone before a loss can be known.
  const untold = stream || asked.notes !== '' ? [] : [...losses].filter((rule) => rule.silent !== true)
  const silent = untold.map((rule) => `${whereOf(one)}: ${rule.id} is not told in x-sluice-notes`)
  return { ...one, asked, lossy, losses: [...losses], mistakes: [...mistakes, ...silent] }
}

async function found(one: Case, asked: Asked, direct: Question): Promise<Difference[]> {
  const { meaning, client, exchange } = one
  if (meaning.failure !== undefined) return failureDifferences(meaning, asked)
  if (!isUntouched(one)) {
    if (asked.seen === undefined) return [{ field: 'error', expected: 'an answer', got: asked.error }]
    return differences(expectedOf(client, meaning, exchange.dialect), asked.seen)
  }
  if (asked.seen === undefined) {
    // Some recordings break the rules of their own SDK; then the gateway's clients must be told no more and no less.
    const { error } = await ASK[client](direct)
    if (error?.message !== asked.error?.message)
      return [{ field: 'error', expected: error, got: asked.error }]
    // An SDK that hangs up in the middle leaves no bytes to compare.
    if (asked.bytes === '') return []
  }
  const sent = sentBy(exchange)
  const same = asked.bytes === sent || isUpToItsEnd(asked.bytes, sent)
  return same || exchange.format === 'chunks' ? [] : [{ field: 'bytes', expected: sent, got: asked.bytes }]
}

/** The body as the provider sends it; bytes of a binary one as letters. */
function sentBy(exchange: RecordedExchange): string {
  const body = exchange.body()
  return exchange.format === 'eventstream' ? Buffer.from(body, 'base64').toString('latin1') : body
}

/** Servers of Anthropic's language and of Responses may say `[DONE]` after the answer is over; what comes after the end is nobody's. */
function isUpToItsEnd(bytes: string, body: string): boolean {
  const rest = body.startsWith(bytes) ? body.slice(bytes.length).trim() : 'other'
  return (
    /message_stop|response\.(?:completed|incomplete|failed)/.test(bytes) &&
    rest.endsWith('data: [DONE]') &&
    rest.split('data:').length === 2
  )
}

/**
 * Same language, same kind of answer: the gateway forwards the bytes as they came. One JSON value is also a stream of one line, so
 * a whole Ollama answer passes as it is to a client of lines.
 */
export function isUntouched({ exchange, client, stream }: Case): boolean {
  const oneLine = client === 'ollama' && stream
  return exchange.dialect === client && (exchange.streamed === stream || oneLine)
}

function failureDifferences(meaning: Meaning, asked: Asked): Difference[] {
  const told = asked.error?.message ?? asked.bytes
  const failed = asked.error !== undefined && says(asked.error.status ?? 0, told, meaning.failure ?? '')
  return failed ? [] : [{ field: 'error', expected: meaning.failure, got: asked.error ?? asked.seen }]
}

function tell(one: Case, { field, expected, got }: Difference): string {
  const [wanted, have] = [expected, got].map((value) => JSON.stringify(value)?.slice(0, 300))
  return `${whereOf(one)}: ${field} should be ${wanted}, is ${have}`
}

function whereOf({ exchange, client, stream }: Case): string {
  return `${exchange.folder}/${exchange.id} to ${client} ${stream ? 'streamed' : 'whole'}`
}

/** Runs the work of many exchanges, some at a time, and keeps their order. */
export async function forAll<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const walk = async () => {
    for (const [at, item] of queue) results[at] = await work(item)
  }
  await Promise.all(Array.from({ length: TOGETHER }, walk))
  return results
}

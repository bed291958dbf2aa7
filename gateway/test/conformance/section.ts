/** A folder's part of the conformance page: counts and tables, nothing that changes between two runs. */

import type { ErrorSeen } from './errors.ts'
import { CLIENTS, type DialectUnderTest, type RecordedExchange } from './exchange.ts'
import type { Field } from './compare.ts'
import { LOSS_RULES } from './losses.ts'
import { isUntouched, type Judgement } from './matrix.ts'
import type { Meaning } from './meaning.ts'
import type { Posted } from './requests.ts'

export interface Evidence {
  /** Of the recordings' index. */
  readonly fingerprint: string
  /** The line by which a plain test run knows this state again. */
  readonly sample: string
  readonly judgements: readonly Judgement[]
  readonly splits: readonly Judgement[]
  readonly errors: readonly ErrorSeen[]
  readonly posts: readonly Posted[]
  /** Reasons why recordings were left out, one for each. */
  readonly leftOut: readonly string[]
  /** Names of operations that are no chat, one for each recording. */
  readonly others: readonly string[]
}

interface Capability {
  readonly name: string
  readonly has: (meaning: Meaning, exchange: RecordedExchange) => boolean
  /** Differences in these fields mean it did not arrive whole. */
  readonly fields: readonly Field[]
}

export const CAPABILITIES: readonly Capability[] = [
  { name: 'text', has: ({ text }) => text !== '', fields: ['text'] },
  { name: 'tool calls', has: ({ calls }) => calls.length > 0, fields: ['tool calls', 'tool call ids'] },
  {
    name: 'parallel tool calls',
    has: ({ calls }) => calls.length > 1,
    fields: ['tool calls', 'tool call ids'],
  },
  { name: 'reasoning', has: ({ reasoning }) => reasoning !== '', fields: ['reasoning'] },
  { name: 'signed or encrypted reasoning', has: ({ signatures }) => signatures > 0, fields: ['signatures'] },
  { name: 'refusal', has: ({ outcome }) => outcome === 'refusal', fields: ['refusal', 'finish reason'] },
  { name: 'citations', has: ({ citations }) => citations > 0, fields: ['citations'] },
  { name: 'images in the answer', has: ({ images }) => images > 0, fields: ['images'] },
  { name: 'sound in the answer', has: ({ audio }) => audio, fields: ['audio'] },
  { name: 'provider-run tools', has: ({ native }) => native > 0, fields: ['provider-run blocks'] },
  { name: 'finish reason', has: () => true, fields: ['finish reason'] },
  { name: 'usage', has: ({ usage }) => usage !== undefined, fields: ['usage'] },
  {
    name: 'cache counters',
    has: ({ usage }) => (usage?.cacheRead ?? 0) + (usage?.cacheWrite ?? 0) > 0,
    fields: ['cache counters'],
  },
  { name: 'reasoning count', has: ({ usage }) => (usage?.reasoning ?? 0) > 0, fields: ['reasoning count'] },
  { name: 'log probabilities', has: ({ logprobs }) => logprobs.length > 0, fields: ['log probabilities'] },
  { name: 'failure inside the answer', has: ({ failure }) => failure !== undefined, fields: ['error'] },
]

export function sectionOf(folder: string, evidence: Evidence): string {
  return [
    `## Recordings of ${folder}`,
    `Index ${evidence.fingerprint}. ${evidence.sample}`,
    ...(evidence.judgements.length === 0 ? [] : [answers(evidence)]),
    ...otherwise(evidence),
    ...(evidence.judgements.length === 0 ? [] : findings(evidence)),
  ].join('\n\n')
}

function findings(evidence: Evidence): string[] {
  return [
    '### What arrives',
    capabilities(evidence.judgements),
    '### What is lost',
    losses(evidence.judgements),
    '### Requests and errors',
    requests(evidence),
  ]
}

/** What of the folder is no answer to a chat, and where it is put to the proof. */
function otherwise({ others }: Evidence): string[] {
  const names = [...new Set(others)].toSorted()
  if (names.length === 0) return []
  const told = names.map((name) => `${others.filter((one) => one === name).length} ${name}`)
  return [
    `Not answers to a chat, and so read by the codecs’ and the framing’s own tests only: ${told.join(', ')}.`,
  ]
}

function answers({ judgements, splits, leftOut }: Evidence): string {
  const cell = (client: DialectUnderTest, recorded: boolean, stream: boolean) =>
    judgements.filter(
      (one) => one.client === client && one.exchange.streamed === recorded && one.stream === stream,
    ).length
  const rows = CLIENTS.map((client) => [
    client,
    cell(client, false, false),
    cell(client, false, true),
    cell(client, true, false),
    cell(client, true, true),
    judgements.filter((one) => one.client === client && isUntouched(one) && one.exchange.format !== 'chunks')
      .length,
  ])
  const reasons = [...new Set(leftOut)].map(
    (reason) => `Left out: ${leftOut.filter((one) => one === reason).length} (${reason}).`,
  )
  return [
    table(
      [
        'client',
        'whole → whole',
        'whole → streamed',
        'streamed → whole',
        'streamed → streamed',
        'equal bytes',
      ],
      rows,
    ),
    '',
    `Answers cut into small pieces on their way: ${splits.length}.`,
    ...reasons,
  ].join('\n')
}

function capabilities(judgements: readonly Judgement[]): string {
  const rows = CAPABILITIES.flatMap(({ name, has, fields }) => {
    const cells = CLIENTS.map((client) => {
      const those = judgements.filter((one) => one.client === client && has(one.meaning, one.exchange))
      // An error instead of an answer brings nothing of it.
      const lost = new Set<Field>(['error', ...fields])
      const whole = those.filter((one) => [...one.lossy].every((field) => !lost.has(field))).length
      return cellOf(whole, those.length)
    })
    return cells.every((cell) => cell === '–') ? [] : [[name, ...cells]]
  })
  return table(['capability', ...CLIENTS.map((client) => `to ${client}`)], rows)
}

export function cellOf(whole: number, all: number): string {
  if (all === 0) return '–'
  return whole === all ? `all ${all}` : `${whole} of ${all}`
}

function losses(judgements: readonly Judgement[]): string {
  const rows = LOSS_RULES.flatMap((rule) => {
    const concerned = CLIENTS.map((client) => {
      const those = judgements.filter((one) => one.client === client && one.losses.includes(rule))
      return new Set(those.map((one) => one.exchange.id)).size
    })
    return concerned.every((number) => number === 0) ? [] : [[`\`${rule.id}\``, ...concerned]]
  })
  if (rows.length === 0) return 'Nothing.'
  return table(['rule', ...CLIENTS.map((client) => `exchanges to ${client}`)], rows)
}

function requests({ posts, errors }: Evidence): string {
  const rows = CLIENTS.map((dialect) => {
    const those = posts.filter((one) => one.target === dialect)
    const arrived = those.filter((one) => one.refused === undefined)
    const same = arrived.filter((one) => one.exchange.dialect === dialect).length
    return [
      dialect,
      same,
      arrived.length - same,
      those.length - arrived.length,
      errors.filter((one) => one.client === dialect).length,
    ]
  })
  const reasons = [...new Set(posts.flatMap((one) => one.refused ?? []))]
  return [
    table(
      [
        'language',
        'requests forwarded byte for byte',
        'translated, valid',
        'refused',
        'errors told to its client',
      ],
      rows,
    ),
    ...(reasons.length === 0 ? [] : ['', `Refused, or not judged: ${reasons.join('; ')}.`]),
  ].join('\n')
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [rowOf(head), rowOf(head.map(() => '---')), ...rows.map(rowOf)].join('\n')
}

function rowOf(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Rows about strategies: how they ask, how long answers take, and what is known of models. */

import type { ModelFacts } from '#pipeline'
import type { RoutingConfig } from '#config'
import type { Script } from '#simulator'
import { NO_BREAKER } from '../house.ts'
import type { VirtualClock } from '../virtual-clock.ts'
import { PRODUCES, type Reply, type Row, rows, type RowWish, type Scripts, textAnswer } from './row.ts'

export const OK = textAnswer()
export const DOWN = { kind: 'status', status: 500 } as const
export const PATH = '/v1/chat/completions'

export function ask(
  row: Row,
  headers: Record<string, string> = {},
  model = 'm',
  more: object = {},
): Promise<Reply> {
  return row.post(PATH, { model, messages: [{ role: 'user', content: 'Hi' }], ...more }, headers)
}

/** The provider that served it. */
export async function served(
  row: Row,
  headers?: Record<string, string>,
  model?: string,
  more?: object,
): Promise<string | null> {
  return (await ask(row, headers, model, more)).headers.get('x-provider')
}

export async function many(
  row: Row,
  times: number,
  headers?: Record<string, string>,
  model?: string,
): Promise<(string | null)[]> {
  const all: (string | null)[] = []
  for (let i = 0; i < times; i++) all.push(await served(row, headers, model))
  return all
}

export function shareOf(name: string, all: readonly (string | null)[]): number {
  return all.filter((who) => who === name).length / all.length
}

/** Once per test file. */
export function routed(): (scripts: Scripts, routing: RoutingConfig, wish?: RowWish) => Promise<Row> {
  const open = rows()
  // Who has failed often is another matter: here the order alone decides.
  return (scripts, routing, wish = {}) =>
    open(scripts, { ...wish, config: { breaker: NO_BREAKER, routing, ...wish.config } })
}

/** An answer that takes so long, by the clock the gateway measures with. Its probes take no time. */
export function taking(clock: VirtualClock, ms: () => number): Script {
  return ({ path }) => {
    if (PRODUCES.test(path)) clock.advance(ms())
    return OK
  }
}

/** A provider that answers when it is let. */
export function hold(): { readonly script: Script; release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return {
    script: async () => {
      await promise
      return OK
    },
    release: () => resolve(),
  }
}

export const NO_FACTS: ModelFacts = {
  priceOf: () => undefined,
  contextOf: () => undefined,
  abilitiesOf: () => undefined,
}

export const PICTURE = {
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      ],
    },
  ],
}

/**
 * What another configuration would make of recorded traces: where each would go first, what it would cost and how long it would probably
 * take. Nothing is called; turns are taken as they would be, lots are drawn from one fixed series.
 */

import { asGatewayError, type Clock, isEmbed, type Random, type RoadOperation, type Usage } from '#core'
import type { Provider } from '#providers'
import type { Target } from '../exchange.ts'
import { fit } from '../route/able.ts'
import { type ModelFacts, NO_MODEL_FACTS } from '../route/model-facts.ts'
import { Order, strategyAsked } from '../route/order.ts'
import { choose } from '../route/resolve.ts'
import type { RouteRules } from '../route/rule.ts'
import { splitPrefix } from '../route/target.ts'
import { newTurns } from '../route/turns.ts'
import { MeasuredVitals } from './measured-vitals.ts'
import { costAt } from './place.ts'
import type { RecordedTrace } from './recorded.ts'

export interface ReplayParts {
  readonly rules: RouteRules
  readonly providers: ReadonlyMap<string, Provider>
  readonly clock: Clock
  readonly models?: ModelFacts
}

/** Of some traces together. Costs and times count only traces of which both sides are known. */
export interface Comparison {
  readonly traces: number
  readonly priced: number
  readonly costBefore: number
  readonly costAfter: number
  readonly timed: number
  /** Means in milliseconds. */
  readonly msBefore: number
  readonly msAfter: number
}

export interface Move extends Comparison {
  /** `provider:model`, or why there is none. */
  readonly from: string
  readonly to: string
}

export interface ReplayReport {
  readonly all: Comparison
  /** Traces that would go elsewhere. */
  readonly changed: number
  /** Passed on without being understood: routing by rules does not concern them. */
  readonly passedOn: number
  /** Most traces first. */
  readonly moves: readonly Move[]
}

export function replay(traces: readonly RecordedTrace[], parts: ReplayParts): ReplayReport {
  const { models = NO_MODEL_FACTS, providers } = parts
  const vitals = new MeasuredVitals(
    traces.flatMap(({ calls }) => calls),
    parts.clock.now(),
  )
  const way = wayOf({ ...parts, models }, vitals)
  const sums = new Map<string, Sum>()
  const all = newSum('', '')
  const asked = traces.filter(({ operation }) => operation !== 'forward')
  for (const trace of asked) {
    const from = trace.first ?? 'no route'
    const found = way(trace)
    const to = typeof found === 'string' ? found : nameOf(found)
    const before = { ms: msOf(from, vitals), cost: costOf(from, trace.usage, providers, models) }
    const after = { ms: msOf(to, vitals), cost: costOf(to, trace.usage, providers, models) }
    const key = `${from}\n${to}`
    const sum = sums.get(key) ?? newSum(from, to)
    sums.set(key, sum)
    for (const one of [sum, all]) count(one, before, after)
  }
  const moves = [...sums.values()].toSorted((a, b) => b.traces - a.traces).map(moveOf)
  return {
    all: moveOf(all),
    changed: moves.reduce(
      (changed, { from, to, traces: some }) => (from === to ? changed : changed + some),
      0,
    ),
    passedOn: traces.length - asked.length,
    moves,
  }
}

/** The first target of a trace, or why there is none. */
function wayOf(
  parts: ReplayParts & { readonly models: ModelFacts },
  vitals: MeasuredVitals,
): (trace: RecordedTrace) => Target | string {
  const { rules, providers, models } = parts
  const order = new Order({ ...parts, vitals, random: series(), barrier: () => undefined, turns: newTurns() })
  return ({ model, headers, vision, tools, operation }) => {
    try {
      const found = choose({ model, headers }, rules, providers)
      // By what traces are written with.
      const embeds = isEmbed(operation as RoadOperation)
      const wish = { model, embeds, vision: () => vision, tools: () => tools, conversation: () => undefined }
      const { targets, lacking } = embeds
        ? { targets: found.candidates.filter(embedding), lacking: new Map<Target, string>() }
        : fit(found.candidates, wish, models)
      const ordering = { found, candidates: targets, wish, strategy: strategyAsked(headers), lacking }
      return order.route(ordering).targets[0] ?? 'nobody able'
    } catch (thrown) {
      return `refused: ${asGatewayError(thrown).type}`
    }
  }
}

function embedding({ provider }: Target): boolean {
  return provider.dialect.embed !== undefined && provider.path('embed') !== undefined
}

/** The same lots for every replay (a multiplicative generator of Park and Miller). */
function series(): Random {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

interface Side {
  readonly ms: number | undefined
  readonly cost: number | undefined
}

interface Sum {
  readonly from: string
  readonly to: string
  traces: number
  priced: number
  costBefore: number
  costAfter: number
  timed: number
  msBefore: number
  msAfter: number
}

function newSum(from: string, to: string): Sum {
  return { from, to, traces: 0, priced: 0, costBefore: 0, costAfter: 0, timed: 0, msBefore: 0, msAfter: 0 }
}

function count(sum: Sum, before: Side, after: Side): void {
  sum.traces++
  if (before.cost !== undefined && after.cost !== undefined) {
    sum.priced++
    sum.costBefore += before.cost
    sum.costAfter += after.cost
  }
  if (before.ms !== undefined && after.ms !== undefined) {
    sum.timed++
    sum.msBefore += before.ms
    sum.msAfter += after.ms
  }
}

function moveOf(sum: Sum): Move {
  const each = (ms: number): number => (sum.timed === 0 ? 0 : ms / sum.timed)
  return { ...sum, msBefore: each(sum.msBefore), msAfter: each(sum.msAfter) }
}

function nameOf({ provider, model }: Target): string {
  return `${provider.name}:${model}`
}

function msOf(target: string, vitals: MeasuredVitals): number | undefined {
  const colon = target.indexOf(':')
  return vitals.model(target.slice(0, colon), target.slice(colon + 1)).averageMs
}

/** By the catalogue of the new configuration; a provider that is not in it has no price. */
function costOf(
  name: string,
  usage: Usage | undefined,
  providers: ReadonlyMap<string, Provider>,
  models: ModelFacts,
): number | undefined {
  const target = splitPrefix(name, providers)
  return usage === undefined || target === undefined ? undefined : costAt(target, usage, models)
}

/** What outlives a configuration: all that was counted, measured and learnt, and what is bounded for the whole process. */

import { randomUUID } from 'node:crypto'
import type { GatewayConfig } from '#config'
import type { Clock, Random } from '#core'
import { ExchangeLog, type Logger, Statistics, SummaryLog, together, traceOf, Traces } from '#observe'
import {
  type Barrier,
  Circuits,
  CoolDowns,
  firstBar,
  Health,
  Limiter,
  ModelLists,
  newTurns,
  type Observer,
  type ProviderLimits,
  RoadVitals,
  type RetryBudget,
  retryBudget,
  type Turns,
} from '#pipeline'
import { listFiles } from './list-files.ts'

export interface MemoryParts {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

export interface Memory extends MemoryParts {
  /** Of this gateway, to know a request again that comes back to it. */
  readonly instance: string
  readonly circuits: Circuits
  readonly coolDowns: CoolDowns
  readonly limiter: Limiter
  readonly health: Health
  readonly vitals: RoadVitals
  readonly retries: RetryBudget
  readonly barrier: Barrier
  readonly observer: Observer
  readonly summary: SummaryLog
  readonly traces: Traces
  readonly statistics: Statistics
  readonly turns: Turns
  readonly lists: ModelLists
  readonly onFault: (fault: unknown) => void
}

export function remember(config: GatewayConfig, { clock, random, logger }: MemoryParts): Memory {
  const limiter = new Limiter({ clock, random, ...limitsIn(config) })
  const circuits = new Circuits({
    clock,
    random,
    rules: config.breaker,
    onChange: (provider, model, state) => observer.onBreaker?.(provider, model, state),
  })
  const health = new Health({ clock, circuits, providers: [], isProbed: false })
  const coolDowns = new CoolDowns(clock)
  const onFault = (fault: unknown): void => logger.error({ fault: traceOf(fault) }, 'fault')
  const traces = new Traces(clock, config.traces, onFault)
  const summary = new SummaryLog(logger)
  const statistics = new Statistics(clock)
  const observer = together([health, statistics, new ExchangeLog(logger), summary, traces.observer])
  return {
    clock,
    random,
    logger,
    instance: randomUUID(),
    circuits,
    coolDowns,
    limiter,
    health,
    vitals: new RoadVitals(clock),
    retries: retryBudget(clock),
    barrier: firstBar([
      (target, embeds) => circuits.bar(target, embeds),
      (target) => coolDowns.bar(target),
      (target) => health.bar(target),
      (target) => limiter.bar(target),
    ]),
    observer,
    summary,
    traces,
    statistics,
    turns: newTurns(),
    lists: new ModelLists({ clock, onFault }),
    onFault,
  }
}

/** The rules of another configuration for all that is remembered. `providers`: names of those that are asked. */
export function adapt(memory: Memory, config: GatewayConfig, providers: ReadonlySet<string>): void {
  memory.limiter.configure({ ...limitsIn(config), providers })
  memory.circuits.configure(config.breaker)
  memory.traces.configure(config.traces)
  memory.summary.configure(config.logSummaryEvery ?? 0)
  const { dir, ...lists } = config.modelCache ?? { enabled: true }
  memory.lists.configure(lists, dir === undefined ? undefined : listFiles(dir))
  memory.health.configure({ providers, isProbed: (config.probeMs ?? 0) > 0 })
}

/** What was learnt of a provider that is not the same any more. */
export function forget({ circuits, coolDowns, health, limiter, lists }: Memory, provider: string): void {
  lists.forget(provider)
  circuits.forget(provider)
  coolDowns.forget(provider)
  limiter.forget(provider)
  health.forget(provider)
}

function limitsIn({ limits: rules, providers }: GatewayConfig): {
  readonly rules: GatewayConfig['limits']
  readonly limitsOf: (provider: string) => ProviderLimits
} {
  const limits = new Map(providers.map((provider) => [provider.name, provider.limits ?? {}]))
  return { rules, limitsOf: (name) => limits.get(name) ?? {} }
}

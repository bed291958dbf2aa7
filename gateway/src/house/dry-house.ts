/** A house that is never opened: it tells where requests would go, and sends nothing. */

import { randomUUID } from 'node:crypto'
import type { GatewayConfig } from '#config'
import type { Clock, JsonObject } from '#core'
import {
  explainer,
  type ModelFacts,
  newTurns,
  type RecordedTrace,
  replay,
  type ReplayReport,
  RoadVitals,
} from '#pipeline'
import { typesOf } from '#plugins'
import { Catalogue } from '#providers'
import { explained } from '#server'
import { Accounts } from './accounts.ts'
import { admitRules } from './admit-rules.ts'
import { routeRules } from './route-rules.ts'
import { demoProvider } from './stand-in.ts'

export interface DryHouse {
  /** As `POST /api/explain` of a gateway that has just started. */
  explain(question: JsonObject): JsonObject
  replay(traces: readonly RecordedTrace[]): ReplayReport
  close(): Promise<void>
}

/** Nobody answers there; it is only spoken of. */
const NOWHERE = 'http://127.0.0.1'

/** Throws `invalid-request` when a provider cannot be built or a plugin cannot be loaded. */
export async function dryHouse(config: GatewayConfig, clock: Clock, models?: ModelFacts): Promise<DryHouse> {
  const types = await typesOf(config.plugins?.modules ?? [])
  const configured = config.providers.length === 0 ? [demoProvider(NOWHERE)] : config.providers
  const accounts = new Accounts(configured, config, clock, undefined, types)
  const { providers } = accounts
  const rules = routeRules(config, providers, { clock })
  const parts = { rules, providers, clock, models: models ?? new Catalogue(config.modelFacts) }
  const explain = explainer({
    ...parts,
    vitals: new RoadVitals(clock),
    barrier: () => undefined,
    turns: newTurns(),
    admit: admitRules(config),
  })
  return {
    explain: (question) =>
      explained({ explain, clock }, question, { id: randomUUID(), headers: {}, callerKey: undefined }),
    replay: (traces) => replay(traces, parts),
    close: () => accounts.close(),
  }
}

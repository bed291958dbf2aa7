/** What handlers are given: the road and the facts of the house. */

import type { IncomingMessage } from 'node:http'
import type { Hono } from 'hono'
import type { TopModelsConfig } from '#config'
import type { Clock, JsonObject } from '#core'
import type { Call, Explain, Forward, HealthReport, ModelLists, RouteRules, Vitals } from '#pipeline'
import type { Catalogue, Provider } from '#providers'
import type { AdminGate } from './admin-gate.ts'
import type { Gate } from './gate.ts'
import type { Visitors } from './visitors.ts'

export interface House {
  readonly road: Call
  /** The short road of what is only passed on. */
  readonly forward: Forward
  readonly providers: ReadonlyMap<string, Provider>
  readonly rules: RouteRules
  readonly clock: Clock
  readonly lists: ModelLists
  readonly catalogue: Catalogue
  /** Absent: none are told. */
  readonly topModels?: TopModelsConfig
  readonly gate: Gate
  readonly adminGate: AdminGate
  /** What the management room answers, where there is one. */
  readonly addManagement?: AddRoutes
  readonly visitors: Visitors
  /** Bytes a request body may have. */
  readonly bodyLimit: number
  /** Bytes of one that is only passed on. */
  readonly forwardLimit: number
  /** Milliseconds of silence after which a stream gets a keep-alive. */
  readonly keepAliveMs: number
  /** The bytes of messages that an encoder wrote as lines, for framings that are not text. */
  packed(lines: string): Buffer
  readonly version: string
  readonly health: HealthView
  readonly vitals: Vitals
  /** Asks a provider now whether somebody is at home. */
  probe(provider: Provider): Promise<void>
  /** Forgets what was counted against a provider. */
  reset(provider: string): void
  readonly traces: TraceView
  readonly statistics: StatisticsView
  readonly explain: Explain
  /** Whether clients must show a key. */
  readonly gated: boolean
  readonly absent: readonly AbsentProvider[]
  load(): Load
  /** In the order of requests. */
  middlewares(): readonly MiddlewareView[]
  newId(): string
  /** Of this gateway, to know a request again that comes back to it. */
  readonly instance: string
  /** A fault of our own that no answer can tell any more. */
  readonly onFault: (fault: unknown) => void
}

/** What the health routes show of the providers. */
export interface HealthView {
  report(): HealthReport
}

/** What was decided and done, ready to be shown. */
export interface TraceView {
  /** Newest first. */
  recent(wish: {
    readonly limit: number
    readonly provider?: string | undefined
    readonly model?: string | undefined
    readonly result?: string | undefined
  }): readonly JsonObject[]
  find(id: string): JsonObject | undefined
  /** How many may be kept and are; how many did not get into the file, where there is one. */
  readonly state: {
    readonly size: number
    readonly kept: number
    /** Ordinary ones that came too fast for memory. */
    readonly sampled_out: number
    /** Those that came too fast for the file. */
    readonly dropped?: number
  }
}

/** What was counted since the start, ready to be shown. */
export interface StatisticsView {
  /** Zeros where it was never asked. */
  provider(name: string): JsonObject
  totals(): JsonObject
}

/** A provider that is configured and not asked. */
export interface AbsentProvider {
  readonly name: string
  readonly status: 'disabled' | 'partial'
  /** What it lacks. */
  readonly reason?: string
}

/** What the health routes show of a middleware. */
export interface MiddlewareView {
  readonly name: string
  readonly role: 'steering' | 'observing'
  readonly initialized: boolean
}

export interface Load {
  /** Requests in the gateway's own line. */
  readonly waiting: number
  /** Requests at providers. */
  readonly underWay: number
}

/** What the door knows of a request besides what came. */
export interface DoorFacts {
  readonly requestId: string
  /** For those who read a body within the house's bound. */
  readonly incoming: IncomingMessage
  /** The other end of the connection. */
  readonly address?: string | undefined
}

/** Routes that another room answers. `types`: names of all provider types. */
export type AddRoutes = (hono: Hono<{ Bindings: DoorFacts }>, house: House, types: readonly string[]) => void

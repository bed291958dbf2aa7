/** What handlers are given: the road and the facts of the house. */

import type { Clock } from '#core'
import type { Call, Forward, RouteRules } from '#pipeline'
import type { Provider } from '#providers'
import type { Gate } from './gate.ts'

export interface House {
  readonly road: Call
  /** The short road of what is only passed on. */
  readonly forward: Forward
  readonly providers: ReadonlyMap<string, Provider>
  readonly rules: RouteRules
  readonly clock: Clock
  readonly gate: Gate
  /** Bytes a request body may have. */
  readonly bodyLimit: number
  /** Bytes of one that is only passed on. */
  readonly forwardLimit: number
  /** Milliseconds of silence after which a stream gets a keep-alive. */
  readonly keepAliveMs: number
  readonly version: string
  readonly health: HealthView
  newId(): string
  /** A fault of our own that no answer can tell any more. */
  readonly onFault: (fault: unknown) => void
}

/** What `/health` shows of the providers. */
export interface HealthView {
  report(): HealthReport
}

export interface HealthReport {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly uptimeSeconds: number
  readonly activeRequests: number
  readonly totalRequests: number
  readonly totalErrors: number
  readonly providers: Readonly<Record<string, ProviderHealth>>
}

export interface ProviderHealth {
  readonly status: 'healthy' | 'unhealthy' | 'unknown'
  readonly failureCount: number
  /** Epoch seconds. */
  readonly lastSuccess: number | null
  readonly lastFailure: number | null
}

/** What handlers are given: the road and the facts of the house. */

import type { Clock } from '#core'
import type { Call, Forward, HealthReport, RouteRules } from '#pipeline'
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
  /** The bytes of messages that an encoder wrote as lines, for framings that are not text. */
  packed(lines: string): Buffer
  readonly version: string
  readonly health: HealthView
  /** Whether clients must show a key. */
  readonly gated: boolean
  readonly absent: readonly AbsentProvider[]
  load(): Load
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

/** A provider that is configured and not asked. */
export interface AbsentProvider {
  readonly name: string
  readonly status: 'disabled' | 'partial'
  /** What it lacks. */
  readonly reason?: string
}

export interface Load {
  /** Requests in the gateway's own line. */
  readonly waiting: number
  /** Requests at providers. */
  readonly underWay: number
}

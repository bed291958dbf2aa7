/** The log: JSON lines, written in the background. Facts about exchanges only; no keys, no prompts. */

import pino, { type Logger } from 'pino'
import { ERRORS, type GatewayError, isPermanent } from '#core'
import type { Exchange, Observer, Outcome, Target } from '#pipeline'
import { LineWriter } from './line-writer.ts'

export type { Logger } from 'pino'

export interface LogSink {
  readonly logger: Logger
  /** Writes out what is gathered, and ends when all is written. Idempotent. */
  close(): Promise<void>
}

/** A path that cannot be written stops the start; what goes wrong later costs lines only. */
export function openLog(level: string, destination: string | number = 2): LogSink {
  const lines = new LineWriter(destination)
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, lines)
  return {
    logger,
    close() {
      logger.level = 'silent'
      return lines.close()
    },
  }
}

export class ExchangeLog implements Observer {
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  onSettled(exchange: Exchange, outcome: Outcome): void {
    const level = outcome.result === 'failed' ? 'warn' : 'info'
    if (!this.#logger.isLevelEnabled(level)) return
    const last = exchange.attempts.at(-1)
    this.#logger[level](
      {
        request_id: exchange.id,
        client: exchange.client?.name,
        dialect: exchange.dialect.name,
        operation: exchange.operation,
        model: exchange.head.model,
        stream: exchange.head.stream,
        provider: last?.provider,
        upstream_model: last?.model,
        upstream_request_id: last?.upstreamRequestId,
        lane: last?.lane,
        attempts: exchange.attempts.length,
        route: exchange.route?.reason,
        ms: Math.round(outcome.totalMs),
        first_content_ms:
          outcome.firstContentMs === undefined ? undefined : Math.round(outcome.firstContentMs),
        tokens_in: outcome.usage?.inputTokens,
        tokens_out: outcome.usage?.outputTokens,
        bytes_in: outcome.forwarded?.bytesIn,
        bytes_out: outcome.forwarded?.bytesOut,
        status: statusOf(outcome),
        error: outcome.error?.type,
        error_class: outcome.error === undefined ? undefined : classOf(outcome.error),
        reason: outcome.error?.message,
        fault: outcome.error?.type === 'internal' ? traceOf(outcome.error.cause) : undefined,
      },
      outcome.result,
    )
  }

  onFailover(exchange: Exchange, from: Target, to: Target, error: GatewayError): void {
    this.#logger.warn(
      { request_id: exchange.id, from: from.provider.name, to: to.provider.name, error: error.type },
      'failover',
    )
  }

  onRetry(exchange: Exchange, error: GatewayError, delayMs: number): void {
    this.#logger.info(
      {
        request_id: exchange.id,
        provider: exchange.target?.provider.name,
        error: error.type,
        delay_ms: Math.round(delayMs),
      },
      'retry',
    )
  }
}

function classOf({ type }: GatewayError): 'permanent' | 'transient' {
  return isPermanent(type) ? 'permanent' : 'transient'
}

/** What the client got: after commit a failure comes too late for a status. One that left got nothing, which is called 499. */
export function statusOf({ result, error, firstContentMs }: Outcome): number {
  if (result === 'cancelled') return ERRORS.cancelled.status
  return error === undefined || firstContentMs !== undefined ? 200 : error.status
}

/** Where a fault of our own happened: name and places, without the message, which may quote what passed through. */
export function traceOf(fault: unknown): string {
  if (!(fault instanceof Error)) return typeof fault
  const places = (fault.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  return [fault.name, ...places.slice(0, 8)].join('\n')
}

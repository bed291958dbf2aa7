/** The log: JSON lines, written in the background. Facts about exchanges only; no keys, no prompts. */

import pino, { type Logger } from 'pino'
import type { GatewayError } from '#core'
import type { Exchange, Observer, Outcome, Target } from '#pipeline'

export type { Logger } from 'pino'

/** Bytes gathered before a write, so that a line costs no system call of its own. */
const GATHER = 4096
const FLUSH_MS = 500

export interface LogSink {
  readonly logger: Logger
  /** Writes out what is gathered. */
  close(): void
}

export function openLog(level: string, destination: string | number = 2): LogSink {
  const stream = pino.destination({ dest: destination, sync: false, minLength: GATHER })
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream)
  const flusher = setInterval(() => stream.flush(), FLUSH_MS)
  flusher.unref()
  return {
    logger,
    close() {
      clearInterval(flusher)
      try {
        stream.flushSync()
      } catch {
        // The destination was never opened: there is nothing to write.
      }
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
        dialect: exchange.dialect.name,
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
        error: outcome.error?.type,
        reason: outcome.error?.message,
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

/** Several ports as one: all of them listen or none does, and they close together. */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '#core'
import type { EarlyAnswers } from './early-answers.ts'
import type { PlainHttp } from './http1/plain-http.ts'

/** A server, and what reads plain requests before Node does. */
export interface Listener {
  readonly server: Server
  readonly plain: PlainHttp
  readonly early: EarlyAnswers
}

export interface Listeners {
  /** In the order of asking; where any free one was asked for, the one that was found. */
  readonly ports: readonly number[]
  /** Takes no new connections, lets running answers end within the grace time, then closes what is left. */
  close(clock: Clock, graceMs: number): Promise<void>
}

/** Rejects with the system's error for the port that cannot be had; none listens then. */
export async function listenOn(
  ports: readonly number[],
  host: string,
  newListener: () => Listener,
): Promise<Listeners> {
  const open: Listener[] = []
  try {
    for (const port of ports) {
      const listener = newListener()
      await listen(listener.server, host, port)
      open.push(listener)
    }
  } catch (fault) {
    await Promise.all(open.map(shut))
    throw fault
  }
  return {
    ports: open.map(portOf),
    async close(clock, graceMs) {
      await Promise.all(open.map((listener) => drain(listener, clock, graceMs)))
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function portOf({ server }: Listener): number {
  // A TCP server that listens has an AddressInfo; only pipes have strings.
  return (server.address() as AddressInfo).port
}

function shut({ server, plain }: Listener): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
    plain.close()
  })
}

function drain({ server, plain, early }: Listener, clock: Clock, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const late = clock.timer(graceMs, () => {
      server.closeAllConnections()
      plain.close()
    })
    server.close(() => {
      late.cancel()
      resolve()
    })
    server.closeIdleConnections()
    plain.leave()
    early.leave(clock)
    // Connections that are busy now end when their answer has, instead of being kept for a next request that is not wanted.
    server.keepAliveTimeout = 1
    server.keepAliveTimeoutBuffer = 0
  })
}

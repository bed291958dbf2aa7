/** Several ports as one: all of them listen or none does, and they close together. */

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '#core'

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
  newServer: () => Server,
): Promise<Listeners> {
  const servers: Server[] = []
  try {
    for (const port of ports) {
      const server = newServer()
      await listen(server, host, port)
      servers.push(server)
    }
  } catch (fault) {
    await Promise.all(servers.map(shut))
    throw fault
  }
  return {
    ports: servers.map(portOf),
    async close(clock, graceMs) {
      await Promise.all(servers.map((server) => drain(server, clock, graceMs)))
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

function portOf(server: Server): number {
  // A TCP server that listens has an AddressInfo; only pipes have strings.
  return (server.address() as AddressInfo).port
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function drain(server: Server, clock: Clock, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const late = clock.timer(graceMs, () => server.closeAllConnections())
    server.close(() => {
      late.cancel()
      resolve()
    })
    server.closeIdleConnections()
    // Connections that are busy now end when their answer has, instead of being kept for a next request that is not wanted.
    server.keepAliveTimeout = 1
    server.keepAliveTimeoutBuffer = 0
  })
}

/** Starts the floor: what is measured of it, no gateway on this stack can undercut. */

import { fileURLToPath } from 'node:url'

import type { ProxyUnderTest } from './nginx.ts'
import { freePort, listening, start } from './processes.ts'

export async function startFloor(upstreamPort: number, cpu: number | undefined): Promise<ProxyUnderTest> {
  const port = await freePort()
  const program = start({
    command: process.execPath,
    args: [fileURLToPath(new URL('./floor-server.ts', import.meta.url))],
    env: { PORT: String(port), UPSTREAM_PORT: String(upstreamPort) },
    ...(cpu === undefined ? {} : { cpu }),
  })
  await listening(program, port)
  return { port, program, version: process.version }
}

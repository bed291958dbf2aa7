/** Sluice as a user starts it: the command, configured by environment alone, one provider named `bench`. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { freePort, hasEnded, start, type Running } from './processes.ts'

export type Build = 'dist' | 'source'

export interface SluiceUnderTest {
  readonly port: number
  readonly program: Running
  /** From the spawn to the first answered chat request. */
  readonly startMs: number
}

export interface SluiceOptions {
  /** The package's folder; another checkout's to compare revisions. */
  readonly gateway: string
  readonly build: Build
  readonly upstreamPort: number
  /** An empty folder, so that no configuration file of the machine is found. */
  readonly folder: string
  readonly cpu?: number | undefined
  /** Flags for Node itself, such as `--cpu-prof`. */
  readonly nodeFlags?: readonly string[]
}

export const SLUICE_PREFIX = 'bench:'

export const OWN_GATEWAY = fileURLToPath(new URL('../gateway/', import.meta.url))

const START_LIMIT_MS = 20_000
const POLL_MS = 5

/** The built gateway when it is there and not older than any source; otherwise the sources. */
export function chooseBuild(gateway: string, asked: Build | undefined): Build {
  if (asked !== undefined) return asked
  const built = join(gateway, 'dist/main.js')
  return existsSync(built) && statSync(built).mtimeMs >= newest(join(gateway, 'src')) ? 'dist' : 'source'
}

export async function startSluice(options: SluiceOptions, firstBody: string): Promise<SluiceUnderTest> {
  const port = await freePort()
  const condition = options.build === 'source' ? ['--conditions=sluice-source'] : []
  const begun = performance.now()
  const program = start({
    command: process.execPath,
    args: [...condition, ...(options.nodeFlags ?? []), join(options.gateway, 'bin/sluice.cjs'), 'start'],
    cwd: options.folder,
    env: {
      HOME: options.folder,
      HOST: '127.0.0.1',
      PORT: String(port),
      BENCH_API_KEY: 'k',
      BENCH_BASE_URL: `http://127.0.0.1:${options.upstreamPort}/v1`,
      LOG_LEVEL: 'warn',
    },
    ...(options.cpu === undefined ? {} : { cpu: options.cpu }),
  })
  const startMs = await firstAnswer(program, port, firstBody, begun)
  return { port, program, startMs }
}

async function firstAnswer(program: Running, port: number, body: string, begun: number): Promise<number> {
  let last = 'no answer'
  while (performance.now() - begun < START_LIMIT_MS) {
    if (hasEnded(program)) throw new Error(`Sluice ended at its start:\n${program.output()}`)
    try {
      const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      const text = await response.text()
      if (response.status === 200) return performance.now() - begun
      last = `${response.status}: ${text.slice(0, 300)}`
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`Sluice gave no good answer (${last}):\n${program.output()}`)
}

function newest(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((time, entry) => Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0)
}

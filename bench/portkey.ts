/** `@portkey-ai/gateway`, the fastest TypeScript gateway on npm when the bars were set. Installed outside the project. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { ProxyUnderTest } from './nginx.ts'
import { freePort, listening, start } from './processes.ts'

/** The newest that installs. Pinned: a moving rival makes old results unreadable. */
export const PORTKEY_VERSION = '1.15.2'

const INSTALL_LIMIT_MS = 120_000

export async function startPortkey(cpu: number | undefined): Promise<ProxyUnderTest> {
  const entry = install()
  const port = await freePort()
  const program = start({
    command: process.execPath,
    args: [
      '--import',
      fileURLToPath(new URL('loopback-only.ts', import.meta.url)),
      entry,
      `--port=${port}`,
      '--headless',
    ],
    env: { NODE_ENV: 'production' },
    ...(cpu === undefined ? {} : { cpu }),
  })
  await listening(program, port)
  return { port, program, version: PORTKEY_VERSION }
}

/** It takes the provider from headers, and an address of ours as a "custom host". */
export function portkeyHeaders(upstreamPort: number): Readonly<Record<string, string>> {
  return {
    authorization: 'Bearer k',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
  }
}

/** The path of its server, installed once per machine. No install script runs. */
function install(): string {
  const folder = join(tmpdir(), 'sluice-bench-cache', `portkey-${PORTKEY_VERSION}`)
  const entry = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js')
  if (existsSync(entry)) return entry
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const answer = spawnSync(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--save-exact',
      `@portkey-ai/gateway@${PORTKEY_VERSION}`,
    ],
    { cwd: folder, encoding: 'utf8', timeout: INSTALL_LIMIT_MS },
  )
  if (answer.status !== 0)
    throw new Error(`npm could not install @portkey-ai/gateway: ${answer.stderr.slice(-500)}`)
  return entry
}

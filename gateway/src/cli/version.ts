/** `sluice version`. */

import { readFileSync } from 'node:fs'

/** From the package, so that it is written down once. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const value: unknown = JSON.parse(text)
  const found = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  return typeof found === 'string' ? found : 'unknown'
}

export function printVersion(): void {
  process.stdout.write(`sluice ${version()} (Node ${process.versions.node})\n`)
}

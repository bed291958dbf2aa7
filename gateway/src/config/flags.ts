/** Settings from the command line: the highest layer. */

import type { Layer, Path } from './setting.ts'

export interface Flags {
  readonly host?: string
  readonly port?: string | number
  readonly logLevel?: string
  /** The configuration file. */
  readonly config?: string
  /** A file with a syntax error is skipped with a warning instead of refused. */
  readonly lenient?: boolean
  /** Whether the sources are watched. */
  readonly reload?: boolean
}

export function flagLayer(flags: Flags): Layer {
  const table: readonly (readonly [string, Path, unknown])[] = [
    ['--host', ['server', 'host'], flags.host],
    ['--port', ['server', 'port'], flags.port],
    ['--log-level', ['log_level'], flags.logLevel],
    ['--reload', ['reload'], flags.reload],
  ]
  return table
    .filter(([, , value]) => value !== undefined)
    .map(([name, path, value]) => ({ path, value, origin: { source: 'flag', name } }))
}

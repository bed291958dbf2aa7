/** The `.env` file of the working directory. */

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { ConfigError } from './problem.ts'

/** Empty when there is none. */
export function readDotenv(cwd: string): Readonly<Record<string, string | undefined>> {
  const path = resolve(cwd, '.env')
  if (!existsSync(path)) return {}
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown error'
    throw new ConfigError([{ where: '.env', field: '', message: `cannot be read: ${code}` }])
  }
}

/** The `.env` file of the working directory, and the one of the environment it runs in laid over it. */

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { variablesOf, type Value, type Variables } from './environment.ts'
import { ConfigError } from './problem.ts'
import { ENVIRONMENTS } from './schema-values.ts'

export interface Dotenv {
  readonly variables: Variables
  /** What a name stands for in these files, as they spell it. */
  readonly values: Readonly<Record<string, string | undefined>>
}

/** `asked`: the environment by name where something stronger than `.env` names it. */
export function readDotenv(cwd: string, asked: string | undefined): Dotenv {
  const base = read(cwd, '.env')
  const name = (asked ?? variablesOf(base).get('ENVIRONMENT')?.value ?? '').trim().toLowerCase()
  // Any other word could lead to any other file.
  if (!ENVIRONMENTS.some((known) => known === name)) {
    return { variables: variablesOf(base), values: base }
  }
  const file = `.env.${name}`
  const over = read(cwd, file)
  const marked = [...variablesOf(over)].map(([key, value]): [string, Value] => [key, { ...value, file }])
  return { variables: new Map([...variablesOf(base), ...marked]), values: { ...base, ...over } }
}

function read(cwd: string, file: string): Readonly<Record<string, string | undefined>> {
  const path = resolve(cwd, file)
  if (!existsSync(path)) return {}
  try {
    // A byte order mark would become a part of the first name.
    return parseEnv(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown error'
    throw new ConfigError([{ where: file, field: '', message: `cannot be read: ${code}` }])
  }
}

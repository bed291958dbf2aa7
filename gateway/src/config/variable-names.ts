/** From variables to the fields they set and back, for people who know only one of the two. */

import { variableName } from './environment.ts'
import { fieldName, type Path } from './setting.ts'
import {
  ALIAS_PREFIX,
  GLOBAL_VARIABLES,
  HEADER_PREFIX,
  PROVIDER_VARIABLES,
  SIZE_VARIABLES,
} from './variables.ts'

/** Undefined when it is no variable of ours. */
export function fieldOfVariable(variable: string, providers: readonly string[]): string | undefined {
  const upper = variable.toUpperCase()
  const global = [...GLOBAL_VARIABLES, ...SIZE_VARIABLES].find(({ name }) => name === upper)
  if (global !== undefined) return fieldName(global.path)
  for (const provider of providers) {
    const prefix = `${variableName(provider)}_`
    if (!upper.startsWith(prefix)) continue
    const rest = upper.slice(prefix.length)
    const own = PROVIDER_VARIABLES.find(({ name }) => name === rest)
    if (own !== undefined) return fieldName(['providers', provider, ...own.path])
  }
  return undefined
}

/** The first variable that sets the field; undefined when none does. */
export function variableOfPath(path: Path): string | undefined {
  const field = fieldName(path)
  const global = GLOBAL_VARIABLES.find((variable) => fieldName(variable.path) === field)
  if (global !== undefined) return global.name
  const [room, provider, ...rest] = path
  if (room === 'custom_headers' && provider !== undefined) return headerVariable('', provider)
  if (room !== 'providers' || provider === undefined) return undefined
  const prefix = `${variableName(provider)}_`
  const own = PROVIDER_VARIABLES.find((variable) => fieldName(variable.path) === fieldName(rest))
  if (own !== undefined) return prefix + own.name
  const [table, name = ''] = rest
  if (table === 'custom_headers') return headerVariable(prefix, name)
  if (table === 'aliases') return `${prefix}${ALIAS_PREFIX}${name.toUpperCase().replaceAll('-', '_')}`
  const size = SIZE_VARIABLES.find((variable) => fieldName(variable.path) === field)
  return size?.name
}

function headerVariable(prefix: string, header: string): string {
  return `${prefix}${HEADER_PREFIX}${header.toUpperCase().replaceAll('-', '_')}`
}

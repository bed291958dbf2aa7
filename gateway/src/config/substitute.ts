/** `${VAR}` and `${VAR:-default}` in the values of a file, whole or embedded; `$${` stands for a literal `${`. Sealed values are opened. */

import { isSealed, SECRET_KEY_VARIABLE, unseal } from './sealed.ts'
import { isTable, type Setting } from './setting.ts'

/** A value that could not be made because a variable is not set. */
export interface Gap {
  readonly setting: Setting
  readonly variable: string
}

export interface Substituted {
  readonly settings: readonly Setting[]
  readonly gaps: readonly Gap[]
  /** Those that no key opens. */
  readonly shut: readonly Setting[]
  /** Names of all variables asked for. */
  readonly asked: ReadonlySet<string>
}

const REFERENCE = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g

export function substitute(
  settings: readonly Setting[],
  lookUp: (variable: string) => string | undefined,
): Substituted {
  const done: Setting[] = []
  const gaps: Gap[] = []
  const shut: Setting[] = []
  const asked = new Set<string>()
  for (const setting of settings) {
    const missing: string[] = []
    let touched = false
    let isShut = false
    const open = (sealed: string): string => {
      touched = true
      asked.add(SECRET_KEY_VARIABLE)
      const secret = lookUp(SECRET_KEY_VARIABLE)
      if (secret === undefined || secret === '') missing.push(SECRET_KEY_VARIABLE)
      const text = secret === undefined || secret === '' ? '' : unseal(sealed, secret)
      isShut ||= text === undefined
      return text ?? ''
    }
    const value = mapTexts(setting.value, (text) =>
      isSealed(text)
        ? open(text)
        : text.replaceAll(REFERENCE, (whole, variable: string | undefined, fallback: string | undefined) => {
            if (variable === undefined) return '${'
            touched = true
            asked.add(variable)
            const found = lookUp(variable)
            // As in a shell, an empty variable counts as unset only when there is a default.
            if (fallback !== undefined) return found === undefined || found === '' ? fallback : found
            if (found === undefined) missing.push(variable)
            return found ?? whole
          }),
    )
    const [variable] = missing
    if (variable !== undefined) gaps.push({ setting, variable })
    else if (isShut) shut.push(setting)
    else done.push(touched ? { ...setting, value, substituted: true } : { ...setting, value })
  }
  return { settings: done, gaps, shut, asked }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (isTable(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]))
  return value
}

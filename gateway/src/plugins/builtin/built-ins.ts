/** The middlewares that a configuration names with `use`. */

import type { MakeMiddleware } from '../middleware.ts'
import { OptionReader } from '../option-reader.ts'
import { headers } from './headers.ts'
import { systemPrompt } from './system-prompt.ts'
import { toolNames } from './tool-names.ts'

const BUILT_INS: Readonly<Record<string, MakeMiddleware>> = {
  headers,
  'system-prompt': systemPrompt,
  'tool-name-sanitization': (options) => {
    new OptionReader(options).end()
    return toolNames()
  },
}

export const BUILT_IN_NAMES: readonly string[] = Object.keys(BUILT_INS)

export function builtIn(name: string): MakeMiddleware | undefined {
  return Object.hasOwn(BUILT_INS, name) ? BUILT_INS[name] : undefined
}

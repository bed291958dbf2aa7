/** The reference page of errors as a test reads it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../../..')
const PAGE = readFileSync(join(ROOT, 'docs/reference/errors.md'), 'utf8')

/** The cells of the page's table, one list per error type. */
export const TABLE = [...PAGE.matchAll(/^\| `([\w-]+)` \|(.*)\|$/gm)].map(([, type = '', rest = '']) => [
  type,
  ...rest.split('|').map((cell) => cell.trim().replaceAll('`', '')),
])

export const documented = (client: string): Set<string> => {
  const column = 4 + ['openai-chat', 'anthropic', 'ollama'].indexOf(client)
  return new Set(TABLE.map((cells) => /^\d+ ([\w-]+)/.exec(cells[column] ?? '')?.[1] ?? ''))
}

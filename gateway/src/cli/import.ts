/** `sluice import`: another gateway's configuration becomes a file of ours; what is lost on the way is told. Keys are never shown. */

import { existsSync, writeFileSync } from 'node:fs'
import { importSettings, type ImportResult, readSource, writtenSettings, WRITTEN_FORMATS } from '#importers'
import { scrub } from '#core'
import { PRESET_FACTS } from '#providers'
import { fail } from './failure.ts'

export interface ImportFlags {
  readonly from?: string
  readonly keys?: string
  readonly out?: string
  readonly format?: string
}

export async function importFrom(path: string, { from, keys, out, format }: ImportFlags): Promise<void> {
  try {
    const written = formatOf(format, out)
    const target = out ?? `sluice.${written}`
    const result = importSettings(
      readSource(path, keys),
      PRESET_FACTS,
      from,
      keys === undefined ? 0 : await now(),
    )
    writeNew(target, writtenSettings(result.settings, written))
    process.stdout.write(`${reportOf(result, target).join('\n')}\n`)
  } catch (fault) {
    fail(fault)
  }
}

/** The whole gateway is loaded for it, and only keys that end need it. */
async function now(): Promise<number> {
  const { systemClock } = await import('#main')
  return systemClock.wall()
}

function formatOf(asked: string | undefined, out: string | undefined) {
  const ending = out
    ?.split('.')
    .at(-1)
    ?.toLowerCase()
    .replace(/^yml$/, 'yaml')
    .replace(/^jsonc$/, 'json')
  const found = WRITTEN_FORMATS.find((format) => format === (asked ?? ending))
  if (found !== undefined) return found
  if (asked === undefined && out === undefined) return 'toml'
  throw new Error(`"${asked ?? out}" is none of ${WRITTEN_FORMATS.join(', ')}`)
}

/** Readable by its owner alone: it may hold keys. */
function writeNew(path: string, text: string): void {
  if (existsSync(path)) throw new Error(`${path} exists already; name another with --out`)
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
}

function reportOf(result: ImportResult, path: string): readonly string[] {
  const { source, unmapped, lines, hints, variables, literals } = result
  return [
    `Read as a configuration of ${source}; written to ${path}.`,
    ...(variables.length === 0 ? [] : [`Variables it asks for: ${variables.join(', ')}`]),
    ...literals.map(
      (place) => `warning: a key stands in ${path} in full: ${shown(place)}; better put it into a variable`,
    ),
    ...hints.map((hint) => `note: ${shown(hint)}`),
    ...(unmapped.length === 0
      ? ['Everything has a counterpart.']
      : [`Without a counterpart, or with a rough one (${unmapped.length}):`]),
    ...unmapped.map((one) => {
      const line = lines.get(one)
      const place = [...(line === undefined ? [] : [line]), one.path].join(' ')
      return `  ${shown(place)} (${one.kind}): ${shown(one.reason)}`
    }),
  ]
}

/** Names in the file are the user's own: nothing in them may look like a key or move the cursor. */
function shown(text: string): string {
  return scrub(text).replaceAll(/\p{Cc}/gu, '?')
}

/** The models of one provider type in the catalogue. Read when first asked: most types are not in use. */

import type { ModelSheet } from '#core'
import { GENERATED } from './generated.ts'
import { undated } from './model-name.ts'
import { sheetOf } from './sheet-line.ts'

export interface Section {
  readonly ids: readonly string[]
  /** By one of its names as it stands, else by one without its date. */
  find(names: readonly string[]): ModelSheet | undefined
}

const sections = new Map<string, Section>()

export function sectionOf(type: string): Section {
  let section = sections.get(type)
  if (section === undefined) {
    section = sectionIn(GENERATED[type] ?? '')
    sections.set(type, section)
  }
  return section
}

function sectionIn(text: string): Section {
  const lines = new Map<string, string>()
  const stems = new Map<string, string>()
  const ids: string[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    const id = line.slice(0, line.indexOf(' '))
    ids.push(id)
    lines.set(id.toLowerCase(), line)
    // Lines are sorted: the newest date comes last.
    stems.set(undated(id.toLowerCase()), line)
  }
  return {
    ids,
    find(names) {
      const line =
        firstOf(names, (name) => lines.get(name)) ??
        firstOf(names, (name) => lines.get(undated(name)) ?? stems.get(undated(name)))
      return line === undefined ? undefined : sheetOf(line)
    },
  }
}

function firstOf(names: readonly string[], look: (name: string) => string | undefined): string | undefined {
  for (const name of names) {
    const line = look(name)
    if (line !== undefined) return line
  }
  return undefined
}

/**
 * Reads every file of gateway/src and tells each breach of the house's walls: who imports whom, by which door, and which
 * words stand outside their room. `node checks/walls.ts` prints them.
 */

import { globSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ImportFact, readFacts, type SourceFacts } from './source-facts.ts'
import {
  EMPTY_NAMES,
  FORMAT_WORDS_IN,
  KNOWS_PROVIDER_NAMES,
  NAMES_WIRE_AS_VALUES,
  PROVIDER_NAMES,
  type Room,
  ROOMS,
  SHARED_NAMES,
  SPEAKS_WIRE,
  WIRE_WORDS,
} from './wall-table.ts'

export type BreachKind =
  | 'cast'
  | 'default-export'
  | 'door'
  | 'mock'
  | 'name'
  | 'package'
  | 'place'
  | 'provider-name'
  | 'syntax'
  | 'wall'
  | 'wire-word'

export interface Breach {
  readonly kind: BreachKind
  /** Relative to the source folder. */
  readonly file: string
  readonly line: number
  readonly says: string
}

export interface WallReport {
  /** Files read, so that a check which looked at nothing can be told from a clean house. */
  readonly looked: number
  readonly breaches: readonly Breach[]
}

/** One file on its way through the rules. */
interface Subject {
  readonly file: string
  readonly room: string
  readonly facts: SourceFacts
}

type Finding = Omit<Breach, 'file'>

const TABLE: Readonly<Record<string, Room>> = ROOMS

/** Beside the sources lies what several rooms' tests share. */
const TEST_FOLDER = '../test/'

export function inspectWalls(sourceFolder: string, pattern = '**/*.ts'): WallReport {
  const files = globSync(pattern, { cwd: sourceFolder }).map((file) => file.replaceAll('\\', '/'))
  return {
    looked: files.length,
    breaches: files.toSorted().flatMap((file) => inspectFile(sourceFolder, file)),
  }
}

function inspectFile(sourceFolder: string, file: string): Breach[] {
  const subject = { file, room: roomOf(file), facts: readFacts(join(sourceFolder, file)) }
  const rules = isTest(file) ? TEST_RULES : PRODUCTION_RULES
  return rules.flatMap((rule) => rule(subject)).map((finding) => ({ ...finding, file }))
}

/** What the package is built without. Tests may enter every room, by its door, and use development packages. */
function isTest(file: string): boolean {
  return /\.(test|contract)\.ts$/.test(file)
}

/** `main.ts` is a room of its own; any other file beside the rooms has no place in the table. */
function roomOf(file: string): string {
  const [first = '', ...rest] = file.split('/')
  return rest.length === 0 ? first.replace(/\.ts$/, '') : first
}

function syntax({ facts }: Subject): Finding[] {
  return facts.syntaxErrors.map((says) => ({ kind: 'syntax', line: 1, says }))
}

function place({ file, room }: Subject): Finding[] {
  if (room in TABLE && (room === 'main') === !file.includes('/')) return []
  return [{ kind: 'place', line: 1, says: `\`${room}\` is no room of checks/wall-table.ts` }]
}

function names({ file }: Subject): Finding[] {
  return file
    .split('/')
    .map((piece) => piece.replace(/(\.(test|contract))?\.ts$/, ''))
    .filter((piece) => EMPTY_NAMES.has(piece) || /[A-Z_ ]/.test(piece))
    .map((piece) => ({ kind: 'name', line: 1, says: `\`${piece}\` is empty or not kebab-case` }))
}

function defaultExports({ facts }: Subject): Finding[] {
  return facts.defaultExports.map((line) => ({ kind: 'default-export', line, says: 'a default export' }))
}

function mocks({ facts }: Subject): Finding[] {
  return facts.mocks.map((line) => ({
    kind: 'mock',
    line,
    says: 'a module is mocked; hand the part in instead',
  }))
}

function casts({ facts }: Subject): Finding[] {
  return facts.bareCasts.map((line) => ({ kind: 'cast', line, says: 'a cast without a reason beside it' }))
}

function productionImports(subject: Subject): Finding[] {
  return subject.facts.imports.flatMap((entry) => doorRule(subject, entry) ?? tableRule(subject, entry) ?? [])
}

function testImports(subject: Subject): Finding[] {
  return subject.facts.imports.flatMap((entry) => {
    if (targetOf(subject.file, entry.from)?.startsWith(TEST_FOLDER)) return []
    return doorRule(subject, entry) ?? []
  })
}

/** A room is entered by its door and left by another's, never through the wall. */
function doorRule({ file, room }: Subject, { from, line }: ImportFact): Finding | undefined {
  const target = targetOf(file, from)
  if (target !== undefined && (target.startsWith('../') || roomOf(target) !== room)) {
    return { kind: 'door', line, says: `${from} leaves the room by a path; use its door` }
  }
  if (from.startsWith('#') && !(from.slice(1) in TABLE)) {
    return { kind: 'door', line, says: `${from} is no door` }
  }
  if (from === `#${room}` && !isTest(file)) {
    return { kind: 'door', line, says: `${from} is this room's own door; use a relative path` }
  }
  return undefined
}

function tableRule({ room }: Subject, { from, typeOnly, line }: ImportFact): Finding | undefined {
  const rule = TABLE[room]
  if (rule === undefined || from.startsWith('.')) return undefined
  if (from.startsWith('#')) {
    const other = from.slice(1)
    if (rule.uses.includes(other)) return undefined
    if (!rule.knows.includes(other)) return { kind: 'wall', line, says: `${room} may not import ${other}` }
    return typeOnly
      ? undefined
      : { kind: 'wall', line, says: `${room} may know types of ${other} only: write \`import type\`` }
  }
  if (from.startsWith('node:')) {
    const admitted = typeof rule.node === 'boolean' ? rule.node : rule.node.includes(from)
    return admitted ? undefined : { kind: 'package', line, says: `${room} may not import from Node: ${from}` }
  }
  if (builtinModules.includes(from)) return { kind: 'package', line, says: `write node:${from}` }
  const known = rule.packages.some((name) => from === name || from.startsWith(`${name}/`))
  return known ? undefined : { kind: 'package', line, says: `${room} may not import the package ${from}` }
}

/** Where a relative import leads, from the source folder; absent for doors and packages. */
function targetOf(file: string, from: string): string | undefined {
  return from.startsWith('.') ? posix.join(posix.dirname(file), from) : undefined
}

function providerNames({ room, facts }: Subject): Finding[] {
  if (KNOWS_PROVIDER_NAMES.has(room)) return []
  return facts.comparisons
    .filter(({ text, against }) => {
      if (/provider|preset/i.test(against)) return PROVIDER_NAMES.has(text) || SHARED_NAMES.has(text)
      return PROVIDER_NAMES.has(text) && !FORMAT_WORDS_IN.has(room)
    })
    .map(({ text, against, line }) => ({
      kind: 'provider-name',
      line,
      says: `\`${against}\` is held against the provider name '${text}'; make it a fact of the record`,
    }))
}

function wireWords({ room, facts }: Subject): Finding[] {
  if (SPEAKS_WIRE.has(room)) return []
  const spots = NAMES_WIRE_AS_VALUES.has(room) ? facts.names : [...facts.names, ...facts.texts]
  return spots
    .filter(({ text }) => WIRE_WORDS.has(text))
    .map(({ text, line }) => ({ kind: 'wire-word', line, says: `\`${text}\` belongs to a dialect` }))
}

const EVERYWHERE = [syntax, place, names, defaultExports, mocks]
const PRODUCTION_RULES = [...EVERYWHERE, productionImports, providerNames, wireWords, casts]
const TEST_RULES = [...EVERYWHERE, testImports]

if (import.meta.main) {
  const { looked, breaches } = inspectWalls(join(dirname(fileURLToPath(import.meta.url)), '../gateway/src'))
  for (const { kind, file, line, says } of breaches) console.log(`${file}:${line} [${kind}] ${says}`)
  console.log(`${looked} files, ${breaches.length} breaches`)
  if (looked === 0 || breaches.length > 0) process.exitCode = 1
}

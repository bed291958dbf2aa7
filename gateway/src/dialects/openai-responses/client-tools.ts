/** Tools this dialect has a type of its own for, though the client runs them: for everybody else they are functions. */

import {
  arrayOf,
  isObject,
  type JsonDraft,
  type JsonObject,
  type JsonValue,
  objectOf,
  parseJson,
  stringOf,
} from '#core'
import { compact } from './extra-fields.ts'
import type { ToolNames } from './tool-names.ts'

export interface ClientTool {
  /** The tool's type, and its name as a function. */
  readonly name: string
  /** The field of a call that holds what the model asks for. */
  readonly field: 'action' | 'operation' | 'arguments'
  /** What the id of a call's item begins with. */
  readonly prefix: string
  readonly description: string
  readonly parameters: JsonObject
  /** The field's value for these arguments. */
  readonly write: (asked: JsonObject) => JsonObject
  /** Other fields that every call of this tool has. */
  readonly fixed: JsonObject
}

const TEXT = { type: 'string' } as const
const NUMBER = { type: 'integer' } as const
const LIST = { type: 'array', items: TEXT } as const

const LOCAL_SHELL: ClientTool = {
  name: 'local_shell',
  field: 'action',
  prefix: 'lsh',
  description: 'Runs a program on the user’s machine and returns what it writes.',
  parameters: {
    type: 'object',
    properties: {
      command: { ...LIST, description: 'The program and its arguments, such as ["bash", "-lc", "ls"].' },
      working_directory: { ...TEXT, description: 'Where to run it.' },
      timeout_ms: { ...NUMBER, description: 'How long it may take, in milliseconds.' },
    },
    required: ['command'],
  },
  write: ({ command, working_directory, timeout_ms }) => ({
    type: 'exec',
    command: words(command, (line) => ['bash', '-lc', line]),
    env: {},
    ...compact({ working_directory: stringOf(working_directory), timeout_ms: whole(timeout_ms) }),
  }),
  fixed: {},
}

const SHELL: ClientTool = {
  name: 'shell',
  field: 'action',
  prefix: 'sh',
  description: 'Runs shell commands on the user’s machine and returns what they write.',
  parameters: {
    type: 'object',
    properties: {
      commands: { ...LIST, description: 'Command lines; they may run at the same time.' },
      timeout_ms: { ...NUMBER, description: 'How long each may take, in milliseconds.' },
      max_output_length: { ...NUMBER, description: 'How many characters of output to return.' },
    },
    required: ['commands'],
  },
  write: ({ commands, timeout_ms, max_output_length }) => ({
    commands: words(commands, (line) => [line]),
    timeout_ms: whole(timeout_ms) ?? null,
    max_output_length: whole(max_output_length) ?? null,
  }),
  fixed: {},
}

const APPLY_PATCH: ClientTool = {
  name: 'apply_patch',
  field: 'operation',
  prefix: 'apc',
  description:
    'Creates, changes or deletes one file. The diff of a new file is its lines, each with a + before it. The diff of a change is ' +
    'sections that begin with a line @@; in them lines that stay begin with a space, removed ones with - and added ones with +.',
  parameters: {
    type: 'object',
    properties: {
      type: { ...TEXT, enum: ['create_file', 'update_file', 'delete_file'] },
      path: TEXT,
      diff: { ...TEXT, description: 'Left out where a file is deleted.' },
    },
    required: ['type', 'path'],
  },
  write: (asked) => asked,
  fixed: {},
}

const TOOL_SEARCH: ClientTool = {
  name: 'tool_search',
  field: 'arguments',
  prefix: 'tsc',
  description: 'Searches for further tools; what it finds can be called afterwards.',
  parameters: { type: 'object', properties: { query: TEXT }, required: ['query'] },
  write: (asked) => asked,
  fixed: { execution: 'client' },
}

const KINDS = new Map([LOCAL_SHELL, SHELL, APPLY_PATCH, TOOL_SEARCH].map((kind) => [kind.name, kind]))

export function kindNamed(name: JsonValue | undefined): ClientTool | undefined {
  return typeof name === 'string' ? KINDS.get(name) : undefined
}

/** Of a tool's definition. */
export function kindOf(wire: JsonObject): ClientTool | undefined {
  return atClient(kindNamed(wire['type']), wire)
}

export function kindOfCall(item: JsonObject): ClientTool | undefined {
  const type = stringOf(item['type'])
  return type?.endsWith('_call') === true
    ? atClient(kindNamed(type.slice(0, -'_call'.length)), item)
    : undefined
}

export function kindOfOutput(item: JsonObject): ClientTool | undefined {
  const type = stringOf(item['type'])
  const end = '_call_output'
  if (type === 'tool_search_output') return atClient(TOOL_SEARCH, item)
  return type?.endsWith(end) === true ? kindNamed(type.slice(0, -end.length)) : undefined
}

/** A shell in a container of the provider's, and a search of its own, are run there. */
function atClient(kind: ClientTool | undefined, wire: JsonObject): ClientTool | undefined {
  if (kind === TOOL_SEARCH && wire['execution'] !== 'client') return undefined
  const place = stringOf(objectOf(wire['environment'])?.['type'])
  return place?.startsWith('container') === true ? undefined : kind
}

/** What the model asks for in a call, as arguments of a function. */
export function argumentsIn(item: JsonObject, kind: ClientTool): string {
  const held = item[kind.field]
  const asked = objectOf(held) ?? objectOf(parseJson(stringOf(held) ?? '')) ?? {}
  const said = Object.entries(asked).filter(
    ([key, value]) => value !== null && !(kind === LOCAL_SHELL && idle(key, value)),
  )
  return JSON.stringify(Object.fromEntries(said))
}

/** Says nothing to a model. */
function idle(key: string, value: JsonValue): boolean {
  return key === 'type' || (key === 'env' && isObject(value) && Object.keys(value).length === 0)
}

/** The fields of a call with these arguments; what was cut short asks for nothing. */
export function callFields(kind: ClientTool, text: string): JsonDraft {
  return { ...kind.fixed, [kind.field]: kind.write(objectOf(parseJson(text)) ?? {}) }
}

/** What came of a call, as a text for the model. */
export function outcomeOf(item: JsonObject, kind: ClientTool, names: ToolNames): string {
  if (kind === TOOL_SEARCH) return JSON.stringify({ tools: foundNames(item, names) })
  const { output } = item
  if (output === undefined || output === null) return stringOf(item['status']) ?? ''
  return typeof output === 'string' ? output : JSON.stringify(output)
}

/** As they are called from now on. */
function foundNames(item: JsonObject, names: ToolNames): string[] {
  return (arrayOf(item['tools']) ?? []).filter(isObject).flatMap((tool) => {
    const name = stringOf(tool['name']) ?? ''
    if (tool['type'] !== 'namespace') return [name]
    const inner = (arrayOf(tool['tools']) ?? []).filter(isObject)
    return inner.map((each) => names.find(name, stringOf(each['name']) ?? ''))
  })
}

function words(value: JsonValue | undefined, split: (line: string) => string[]): string[] {
  if (typeof value === 'string') return split(value)
  return (arrayOf(value) ?? []).flatMap((word) => (typeof word === 'string' ? word : []))
}

function whole(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

/**
 * Tools that a provider runs, asked of one of another language. Where it has no such tool the request is refused (pitfalls 211, 221):
 * what would be answered is not what was asked for, and another target may have it. Beside functions of its own, though, an agent
 * offers such tools as a matter of course (Codex its web search), and works without them: there one is left out, and a note tells it.
 */

import {
  type ChatRequest,
  type DialectName,
  GatewayError,
  type NoteSink,
  type Tool,
  type ToolChoice,
  type WebSearch,
} from '#core'
import type { EncodeContext } from './dialect.ts'

/** Why a search cannot be asked for. */
export interface Lack {
  readonly reason: string
  /** Which of its settings it is about. */
  readonly within?: string
}

/** What a target lacks for such a search, which stands beside functions of these names and under this choice. */
export type LackOf = (
  search: WebSearch,
  functions: ReadonlySet<string>,
  choice: ToolChoice | undefined,
) => Lack | undefined

/** Of who would search all the same. */
export const UNSTOPPED: Lack = { reason: 'its web search cannot be told to wait' }

/** Without `lackOf` the target has no search at all. */
export function withRunnableTools(
  request: ChatRequest,
  own: DialectName,
  context: EncodeContext,
  lackOf?: LackOf,
): ChatRequest {
  const { tools, toolChoice } = request
  if (tools === undefined || !tools.some((tool) => isForeign(tool, own))) return request
  const functions = new Set(tools.filter(({ native }) => native === undefined).map(({ name }) => name))
  const runnable = tools.filter((tool) => {
    if (!isForeign(tool, own)) return true
    const lack = missing(tool, functions, toolChoice, lackOf)
    if (lack === undefined) return true
    const { within, reason } = lack
    const field = within === undefined ? fieldOf(tool) : `${fieldOf(tool)}.${within}`
    const chosen = toolChoice?.type === 'tool' && toolChoice.name === tool.name && !functions.has(tool.name)
    if (chosen || (functions.size === 0 && toolChoice?.type !== 'none' && !isPlaceholder(tool)))
      throw new GatewayError(
        'unsupported',
        `${field}: provider "${context.provider}" cannot be asked for it: ${reason}.`,
        { param: field },
      )
    context.note({ kind: 'unsupported', field, reason })
    return false
  })
  const kept = withOneSearch(runnable, toolChoice, own, context.note)
  return kept.length === tools.length ? request : { ...request, tools: withMarks(tools, kept) }
}

/** Each language has one search, under one name: the chosen one, else the first. */
function withOneSearch(
  tools: readonly Tool[],
  choice: ToolChoice | undefined,
  own: DialectName,
  note: NoteSink,
): readonly Tool[] {
  const searches = tools.filter((tool) => isForeign(tool, own))
  const chosen = searches.find(({ name }) => choice?.type === 'tool' && choice.name === name)
  const one = chosen ?? searches[0]
  return tools.filter((tool) => {
    if (tool === one || !isForeign(tool, own)) return true
    note({ kind: 'dropped', field: fieldOf(tool), reason: 'it is asked for one web search' })
    return false
  })
}

/** A cache mark holds for all that stands before it, also where its own tool is left out. */
function withMarks(tools: readonly Tool[], kept: readonly Tool[]): readonly Tool[] {
  const marked: Tool[] = []
  for (const tool of tools) {
    const last = marked.at(-1)
    if (kept.includes(tool)) marked.push(tool)
    else if (tool.cache !== undefined && last !== undefined && last.cache === undefined)
      marked[marked.length - 1] = { ...last, cache: tool.cache }
  }
  return marked
}

/** With parameters of its own it can be said as a function. */
function isForeign({ native, parameters }: Tool, own: DialectName): boolean {
  return native !== undefined && native.dialect !== own && parameters === undefined
}

function missing(
  { native, search }: Tool,
  functions: ReadonlySet<string>,
  choice: ToolChoice | undefined,
  lackOf: LackOf | undefined,
): Lack | undefined {
  if (search === undefined) return { reason: `only ${native?.dialect} has this tool` }
  return lackOf === undefined ? { reason: 'it has no web search' } : lackOf(search, functions, choice)
}

/** As the client spelled it. */
function fieldOf({ name, native }: Tool): string {
  return native?.value['web_search_options'] === undefined ? `tools.${name}` : 'web_search_options'
}

/** Tells a server of its own language that tools may follow; there is nothing to miss. */
function isPlaceholder({ native }: Tool): boolean {
  return native?.value['defer_loading'] === true
}

/** Whether the choice is of a search, which not every language can choose. */
export function choosesSearch({ toolChoice, tools = [] }: ChatRequest): boolean {
  if (toolChoice?.type !== 'tool') return false
  const named = tools.filter(({ name }) => name === toolChoice.name)
  return named.length > 0 && named.every(({ search }) => search !== undefined)
}

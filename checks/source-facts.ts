/** What one TypeScript file says that the house has rules about. Read from the syntax tree; nothing is judged here. */

import { readFileSync } from 'node:fs'
import { type Expression, parseSync, Visitor } from 'oxc-parser'

export interface SourceFacts {
  readonly imports: readonly ImportFact[]
  readonly defaultExports: readonly number[]
  readonly comparisons: readonly Comparison[]
  /** String literals that are not the name of a module. */
  readonly texts: readonly Spot[]
  /** Names of variables, members and keys. */
  readonly names: readonly Spot[]
  /** Lines of `as` casts with no comment beside or just above them; `as const` is none. */
  readonly bareCasts: readonly number[]
  readonly mocks: readonly number[]
  readonly syntaxErrors: readonly string[]
}

export interface ImportFact {
  readonly from: string
  readonly typeOnly: boolean
  readonly line: number
}

/** A text literal held against something: by `===`, by `case`, by membership or by prefix. */
export interface Comparison {
  readonly text: string
  /** Source of the other side. */
  readonly against: string
  readonly line: number
}

export interface Spot {
  readonly text: string
  readonly line: number
}

/** A reason may take a few lines above the cast it explains. */
const REASON_REACH = 3

const EQUALITY: ReadonlySet<string> = new Set(['===', '!==', '==', '!='])
const TEXT_TESTS: ReadonlySet<string> = new Set(['startsWith', 'endsWith', 'includes'])

export function readFacts(path: string): SourceFacts {
  return factsOf(path, readFileSync(path, 'utf8'))
}

export function factsOf(path: string, code: string): SourceFacts {
  const { program, comments, errors } = parseSync(path, code, { lang: 'ts' })
  const lineOf = lineCounter(code)
  const sourceOf = (node: { start: number; end: number }) => code.slice(node.start, node.end)
  const commentLines = new Set(comments.map((comment) => lineOf(comment.end)))

  const imports: ImportFact[] = []
  const defaultExports: number[] = []
  const comparisons: Comparison[] = []
  const texts: Spot[] = []
  const names: Spot[] = []
  const bareCasts: number[] = []
  const mocks: number[] = []

  const importing = (from: string, typeOnly: boolean, start: number) => {
    imports.push({ from, typeOnly, line: lineOf(start) })
  }
  const compare = (literal: unknown, against: string, start: number) => {
    const text = textOf(literal)
    if (text !== undefined) comparisons.push({ text, against, line: lineOf(start) })
  }

  new Visitor({
    ImportDeclaration: (node) => importing(node.source.value, node.importKind === 'type', node.start),
    ExportAllDeclaration: (node) => importing(node.source.value, node.exportKind === 'type', node.start),
    ExportNamedDeclaration(node) {
      if (node.source !== null) importing(node.source.value, node.exportKind === 'type', node.start)
      for (const entry of node.specifiers) {
        if (sourceOf(entry.exported) === 'default') defaultExports.push(lineOf(entry.start))
      }
    },
    ImportExpression: (node) => importing(textOf(node.source) ?? sourceOf(node.source), false, node.start),
    TSImportType: (node) => importing(node.source.value, true, node.start),
    ExportDefaultDeclaration: (node) => void defaultExports.push(lineOf(node.start)),
    BinaryExpression(node) {
      if (!EQUALITY.has(node.operator)) return
      compare(node.right, sourceOf(node.left), node.start)
      compare(node.left, sourceOf(node.right), node.start)
    },
    SwitchStatement(node) {
      for (const entry of node.cases) compare(entry.test, sourceOf(node.discriminant), entry.start)
    },
    CallExpression(node) {
      const callee = node.callee
      if (callee.type === 'Identifier' && callee.name === 'require') {
        const target = textOf(node.arguments[0])
        if (target !== undefined) importing(target, false, node.start)
      }
      if (callee.type !== 'MemberExpression' || callee.computed) return
      if (sourceOf(callee.object) === 'vi' && /^(do)?mock$/i.test(sourceOf(callee.property))) {
        mocks.push(lineOf(node.start))
      }
      if (!TEXT_TESTS.has(sourceOf(callee.property))) return
      const [argument] = node.arguments
      if (argument === undefined) return
      compare(argument, sourceOf(callee.object), node.start)
      for (const member of membersOf(callee.object)) compare(member, sourceOf(argument), node.start)
    },
    Literal(node) {
      if (typeof node.value === 'string') texts.push({ text: node.value, line: lineOf(node.start) })
    },
    TemplateElement: (node) => void texts.push({ text: node.value.raw, line: lineOf(node.start) }),
    Identifier: (node) => void names.push({ text: node.name, line: lineOf(node.start) }),
    TSAsExpression(node) {
      if (sourceOf(node.typeAnnotation) === 'const') return
      const line = lineOf(node.end)
      const reasoned = Array.from({ length: REASON_REACH + 1 }, (_, i) => line - i).some((l) =>
        commentLines.has(l),
      )
      if (!reasoned) bareCasts.push(line)
    },
  }).visit(program)

  const modules = new Set(imports.map((entry) => `${entry.line}:${entry.from}`))
  return {
    imports,
    defaultExports,
    comparisons,
    texts: texts.filter((spot) => !modules.has(`${spot.line}:${spot.text}`)),
    names,
    bareCasts,
    mocks,
    syntaxErrors: errors.map((error) => error.message),
  }
}

function textOf(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('type' in node) || node.type !== 'Literal')
    return undefined
  return 'value' in node && typeof node.value === 'string' ? node.value : undefined
}

function membersOf(node: Expression): readonly unknown[] {
  return node.type === 'ArrayExpression' ? node.elements : []
}

/** Offsets to line numbers, counted from 1. */
function lineCounter(code: string): (offset: number) => number {
  const starts = [0]
  for (let at = code.indexOf('\n'); at !== -1; at = code.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }
}

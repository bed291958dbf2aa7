/** The three formats of the configuration file: text in, tree with line numbers out, syntax errors with line and column. */

import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import { parse as parseToml, TomlError } from 'smol-toml'
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { tomlLines } from './toml-lines.ts'

type FilePath = readonly (string | number)[]

export interface ParsedText {
  readonly value: unknown
  lineOf(path: FilePath): number | undefined
}

/** The text is not of its format. The message never quotes the text: a broken line may hold a key. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault'
  readonly line: number
  readonly column: number

  constructor(message: string, line: number, column: number) {
    super(message)
    this.line = line
    this.column = column
  }
}

export type FileFormat = 'toml' | 'yaml' | 'json'

export const PARSERS: Readonly<Record<FileFormat, (text: string) => ParsedText>> = {
  toml: fromToml,
  yaml: fromYaml,
  json: fromJson,
}

function fromToml(text: string): ParsedText {
  try {
    return { value: parseToml(text), lineOf: tomlLines(text) }
  } catch (fault) {
    if (!(fault instanceof TomlError)) throw fault
    const message = (fault.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '')
    throw new SyntaxFault(message, fault.line, fault.column)
  }
}

function fromYaml(text: string): ParsedText {
  const lines = new LineCounter()
  // `<<` is YAML 1.1's, and everywhere in use.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const [fault] = document.errors
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0])
    const several = fault.code === 'MULTIPLE_DOCS'
    throw new SyntaxFault(several ? 'holds several documents; keep one' : fault.message, line, col)
  }
  return {
    value: plain(document, lines),
    lineOf(path) {
      const offset = yamlOffset(document.contents, path)
      return offset === undefined ? undefined : lines.linePos(offset).line
    },
  }
}

type YamlDocument = ReturnType<typeof parseDocument>

/** An alias that leads nowhere, into itself, or to far more than was written, is found only here. */
function plain(document: YamlDocument, lines: LineCounter): unknown {
  const refusal = (message: string, offset: number): SyntaxFault => {
    const { line, col } = lines.linePos(offset)
    return new SyntaxFault(message, line, col)
  }
  const circle = aliasWhere(document, (node, path) => node !== undefined && path.includes(node))
  if (circle !== undefined) throw refusal('An alias stands for something that holds it', circle)
  try {
    return document.toJS()
  } catch (fault) {
    if (!(fault instanceof ReferenceError)) throw fault
    throw refusal(fault.message, aliasWhere(document, (node) => node === undefined) ?? 0)
  }
}

/** Where the first such alias stands. `node` is what it leads to, `path` what it stands in. */
function aliasWhere(
  document: YamlDocument,
  isMeant: (node: unknown, path: readonly unknown[]) => boolean,
): number | undefined {
  let offset: number | undefined
  visit(document, {
    Alias(_, alias, path) {
      if (!isMeant(alias.resolve(document), path)) return undefined
      offset = alias.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return offset
}

/** Where the key stands, or the nearest one above it. */
function yamlOffset(root: unknown, path: FilePath): number | undefined {
  let node = root
  let offset: number | undefined
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      )
      if (pair === undefined || !isScalar(pair.key)) return offset
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(part)]
      if (isMap(node) || isScalar(node)) offset = node.range?.[0] ?? offset
    } else {
      return offset
    }
  }
  return offset
}

function fromJson(text: string): ParsedText {
  const faults: ParseError[] = []
  const root = parseTree(text, faults, { allowTrailingComma: true, allowEmptyContent: true })
  const [fault] = faults
  if (fault !== undefined) throw syntaxFault(printParseErrorCode(fault.error), text, fault.offset)
  return {
    value: root === undefined ? {} : jsonValue(root, text),
    lineOf(path) {
      const offset = root === undefined ? undefined : jsonOffset(root, path)
      return offset === undefined ? undefined : positionOf(text, offset).line
    },
  }
}

/** Unlike the library's own conversion it refuses a key given twice. */
function jsonValue(node: Node, text: string): unknown {
  const children = node.children ?? []
  if (node.type === 'array') return children.map((child) => jsonValue(child, text))
  if (node.type !== 'object') return node.value
  const entries = new Map<string, unknown>()
  for (const property of children) {
    const [key, value] = property.children ?? []
    if (key === undefined || value === undefined) continue
    const name = String(key.value)
    if (entries.has(name)) throw syntaxFault(`the key "${name}" is given twice`, text, property.offset)
    entries.set(name, jsonValue(value, text))
  }
  return Object.fromEntries(entries)
}

function jsonOffset(root: Node, path: FilePath): number | undefined {
  let node: Node | undefined = root
  let offset: number | undefined
  for (const part of path) {
    const children: readonly Node[] = node?.children ?? []
    const found: Node | undefined =
      node?.type === 'array'
        ? children[Number(part)]
        : children.find((property) => property.children?.[0]?.value === part)
    if (found === undefined) return offset
    offset = found.offset
    node = found.type === 'property' ? found.children?.[1] : found
  }
  return offset
}

function syntaxFault(message: string, text: string, offset: number): SyntaxFault {
  const { line, column } = positionOf(text, offset)
  const words = message.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return new SyntaxFault(words, line, column)
}

function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}

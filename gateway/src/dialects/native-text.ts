/** A readable stand-in for a block that only another dialect can say, so that the conversation keeps its sense. */

import { arrayOf, isObject, type JsonValue, type NativePart, type NoteSink, objectOf, stringOf } from '#core'

export function nativeText(part: NativePart): string | undefined {
  const { text: own, content, source, guardContent, executableCode, codeExecutionResult } = part.value
  const inner =
    objectOf(guardContent)?.['text'] ??
    objectOf(executableCode)?.['code'] ??
    objectOf(codeExecutionResult)?.['output']
  const text = readable(own ?? content ?? source ?? inner)
  return text === '' ? undefined : text
}

/** The same with a note of what became of the block. */
export function toldAsText(part: NativePart, field: string, note: NoteSink): string | undefined {
  const text = nativeText(part)
  if (text === undefined) note({ kind: 'dropped', field, reason: `only ${part.dialect} has this block` })
  else note({ kind: 'changed', field, reason: `written as text: only ${part.dialect} has this block` })
  return text
}

/** Texts, titles and addresses; whatever is encrypted or structural stays out. */
function readable(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  const list = arrayOf(value)
  if (list !== undefined)
    return list
      .map(readable)
      .filter((line) => line !== '')
      .join('\n')
  if (!isObject(value)) return ''
  const text = stringOf(value['text'])
  if (text !== undefined) return text
  const title = [stringOf(value['title']), stringOf(value['url'])]
    .filter((word) => word !== undefined)
    .join(' ')
  return title === '' ? readable(value['content']) : title
}

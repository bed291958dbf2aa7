/** A readable stand-in for a block that only another dialect can say, so that the conversation keeps its sense. */

import { arrayOf, isObject, type JsonValue, type NativePart, stringOf } from '#core'

export function nativeText(part: NativePart): string | undefined {
  const text = readable(part.value['text'] ?? part.value['content'] ?? part.value['source'])
  return text === '' ? undefined : text
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

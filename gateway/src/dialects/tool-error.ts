/** This dialect has no field for a failed tool; the text carries a fixed prefix instead, understood on the way back. */

import type { ToolResultPart } from '#core'

const ERROR_PREFIX = '[tool error]'

type Content = ToolResultPart['content']

export function openErrorText(content: Content): { content: Content; isError?: true } {
  const [first, ...others] = content
  if (first?.type !== 'text' || !first.text.startsWith(ERROR_PREFIX)) return { content }
  const text = first.text.slice(ERROR_PREFIX.length).trimStart()
  return { content: text === '' ? others : [{ ...first, text }, ...others], isError: true }
}

export function errorText(text: string): string {
  return text === '' ? ERROR_PREFIX : `${ERROR_PREFIX} ${text}`
}

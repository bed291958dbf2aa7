/** The many wordings of "the prompt does not fit", read into one and written as this dialect's clients know it. */

const TOO_LONG: readonly RegExp[] = [
  /prompt is too long/i,
  /prompt_too_long|context_length_exceeded/i,
  /exceeds? (?:the |this model'?s? )?(?:context (?:window|limit|length)|maximum context)/i,
  /exceed context limit/i,
  /maximum context length/i,
  /input token count .*exceeds/i,
  /input tokens exceeded/i,
  /reduce the length of the messages/i,
]

export function saysTooLong(text: string): boolean {
  return TOO_LONG.some((pattern) => pattern.test(text))
}

const WANTED: readonly RegExp[] = [
  /(\d+) tokens? >/i,
  /token count \(?(\d+)/i,
  /resulted in (\d+)/i,
  /requested (?:about )?(\d+)/i,
  /request \((\d+) tokens?\)/i,
]

const ALLOWED: readonly RegExp[] = [
  /> (\d+)/,
  /maximum number of tokens allowed \(?(\d+)/i,
  /maximum context length (?:is|of) (\d+)/i,
  /context size \(?(\d+)/i,
]

export function promptTooLong(message: string): string {
  if (/prompt is too long/i.test(message)) return message
  const wanted = firstNumber(WANTED, message)
  const allowed = firstNumber(ALLOWED, message)
  if (wanted === undefined || allowed === undefined) return `prompt is too long: ${message}`
  return `prompt is too long: ${wanted} tokens > ${allowed} maximum`
}

function firstNumber(patterns: readonly RegExp[], text: string): string | undefined {
  const plain = text.replaceAll(/(?<=\d),(?=\d{3})/g, '')
  for (const pattern of patterns) {
    const found = pattern.exec(plain)?.[1]
    if (found !== undefined) return found
  }
  return undefined
}

/** The value of a header line: how it is found in the text of a whole head, and what it may be. */

/** Between `from` and `to`, without the spaces and tabs around it: what else JavaScript trims belongs to the value (RFC 9110, 5.5). */
export function headerValue(head: string, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && isBlank(head.charCodeAt(start))) start++
  while (start < end && isBlank(head.charCodeAt(end - 1))) end--
  return head.slice(start, end)
}

function isBlank(character: number): boolean {
  return character === 0x20 || character === 0x09
}

/** What HTTP allows in a header's value: visible characters, blanks, and bytes above ASCII. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

export function isHeaderValue(text: string): boolean {
  return VALUE.test(text)
}

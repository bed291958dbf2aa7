/** Commands for curl as documents print them, taken apart: as much of its grammar as they use. */

export interface CurlRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** One for each command of a shell's text. Throws at an option that it does not know. */
export function curlsIn(text: string): readonly CurlRequest[] {
  return [...text.replaceAll('\\\n', ' ').matchAll(/^\s*curl ((?:'[^']*'|"[^"]*"|[^'"\n])+)/gm)].map(
    ([, command = '']) => requestOf(wordsOf(command)),
  )
}

function wordsOf(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  )
}

function requestOf(words: readonly string[]): CurlRequest {
  const left = [...words]
  const headers: Record<string, string> = {}
  let method: string | undefined
  let body: string | undefined
  let url: URL | undefined
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '-X' || word === '--request') method = left.shift()
    else if (word === '-d' || word === '--data') body = left.shift()
    else if (word === '-H' || word === '--header') {
      const [name = '', ...value] = (left.shift() ?? '').split(':')
      headers[name.toLowerCase()] = value.join(':').trim()
    } else if (!word.startsWith('-')) url = new URL(word)
    else if (!/^-[sN]+$/.test(word)) throw new Error(`an option that nobody thought of: ${word}`)
  }
  if (url === undefined) throw new Error(`no URL in: ${words.join(' ')}`)
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    path: url.pathname + url.search,
    headers,
    body,
  }
}

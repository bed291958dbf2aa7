/** Recorded error answers, as the official clients report them. */

import { CLIENTS, type DialectUnderTest, type RecordedExchange } from './exchange.ts'
import { loose, text } from './loose-json.ts'
import { ASK, forAll, type Hall } from './matrix.ts'

export interface ErrorSeen {
  readonly exchange: RecordedExchange
  readonly client: DialectUnderTest
  readonly mistakes: readonly string[]
}

/** Classes of `openai` and `@anthropic-ai/sdk`, which name them alike. */
const CLASSES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  403: 'PermissionDeniedError',
  404: 'NotFoundError',
  422: 'UnprocessableEntityError',
  429: 'RateLimitError',
}

/** Words that clients of a language look for, so that the gateway says them instead of the provider's own. */
const REWORDED: readonly {
  readonly client: DialectUnderTest
  readonly recorded: RegExp
  readonly told: RegExp
}[] = [
  // Whose key it was is what the caller must know; the provider's words are for the operator, in the details.
  ...CLIENTS.map((client) => ({
    client,
    recorded: /key|authenti|authori/i,
    told: /refused the gateway's own key/,
  })),
  { client: 'ollama', recorded: /does not exist|valid model ID|^model: /, told: /^model '.+' not found$/ },
  {
    client: 'anthropic',
    recorded: /maximum context length/,
    told: /prompt is too long: \d+ tokens > \d+ maximum/,
  },
]

/** Some providers call an unknown model a bad request; every client is told that it was not found. */
function statusOf(exchange: RecordedExchange, words: string): number {
  return words.includes('is not a valid model ID') ? 404 : exchange.status
}

export function seeErrors(hall: Hall, exchanges: readonly RecordedExchange[]): Promise<ErrorSeen[]> {
  const cases = exchanges.flatMap((exchange) =>
    CLIENTS.flatMap((client) => [false, true].map((stream) => ({ exchange, client, stream }))),
  )
  return forAll(cases, async ({ exchange, client, stream }) => {
    const operation = client === 'ollama' ? exchange.operation : 'chat'
    const { error } = await ASK[client]({ url: hall.url, model: hall.model(exchange), stream, operation })
    const words = messageIn(exchange.body())
    const status = statusOf(exchange, words)
    const kind = client === 'ollama' ? 'ResponseError' : (CLASSES[status] ?? 'InternalServerError')
    const where = `${exchange.folder}/${exchange.id} to ${client} ${stream ? 'streamed' : 'whole'}`
    const mistakes = [
      ...(error?.kind === kind ? [] : [`${where}: raised ${error?.kind}, not ${kind}`]),
      ...(error?.status === status ? [] : [`${where}: status ${error?.status}, not ${status}`]),
      ...(says(client, error?.message ?? '', words)
        ? []
        : [`${where}: says ${error?.message}, not ${words}`]),
    ]
    return { exchange, client, mistakes }
  })
}

/** OpenRouter keeps what its provider said one level deeper than its own shrug. */
function messageIn(body: string): string {
  const error = loose(JSON.parse(body))['error']
  return text(error) || text(loose(loose(error)['metadata'])['raw']) || text(loose(error)['message'])
}

/** The upstream's words are there; only what looks like a key may have been blotted out. */
function says(client: DialectUnderTest, said: string, words: string): boolean {
  const plain = said.includes('{"type":"error"') ? messageIn(said.slice(said.indexOf('{'))) : said
  const fitting = REWORDED.filter((one) => one.client === client && one.recorded.test(words))
  if (fitting.some((one) => one.told.test(plain))) return true
  return words.split(/\bsk-[\w-]*|\S*\*{3,}\S*/).every((piece) => plain.includes(piece))
}

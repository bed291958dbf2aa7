/** Recorded error answers, as the official clients report them. */

import { CLIENTS, type DialectUnderTest, type RecordedExchange } from './exchange.ts'
import { ASK, forAll, type Hall } from './matrix.ts'
import { messageIn, says } from './wording.ts'

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

/** Amazon has no 401 and no 422. */
const AMAZON: Readonly<Record<number, readonly [status: number, name: string]>> = {
  400: [400, 'ValidationException'],
  401: [403, 'UnrecognizedClientException'],
  402: [403, 'AccessDeniedException'],
  403: [403, 'AccessDeniedException'],
  404: [404, 'ResourceNotFoundException'],
  413: [400, 'ValidationException'],
  422: [400, 'ValidationException'],
  429: [429, 'ThrottlingException'],
}

/** Status and class as a client's SDK ought to tell an error of this status. */
function classOf(client: DialectUnderTest, status: number): readonly [status: number, name: string] {
  if (client === 'bedrock') return AMAZON[status] ?? [status, 'InternalServerException']
  if (client === 'gemini') return [status, 'ApiError']
  if (client === 'ollama') return [status, 'ResponseError']
  return [status, CLASSES[status] ?? (status < 500 ? 'APIError' : 'InternalServerError')]
}

/** Some providers give an error another number than its kind has everywhere else. */
const RENUMBERED: readonly { readonly recorded: RegExp; readonly from: number; readonly to: number }[] = [
  {
    recorded:
      /is not a valid model ID|model identifier is invalid|The requested model .* does not exist|Model not found|supported API model names are|[Ii]nvalid model/,
    from: 400,
    to: 404,
  },
  { recorded: /location is not supported/, from: 400, to: 403 },
  { recorded: /API key not valid|Incorrect API key/, from: 400, to: 401 },
  { recorded: /security token included in the request is invalid/, from: 403, to: 401 },
]

function statusOf(exchange: RecordedExchange): number {
  const rule = RENUMBERED.find((one) => one.from === exchange.status && one.recorded.test(exchange.body()))
  // The provider's own breakdown is to a client the one of whom it asked it.
  return rule?.to ?? (exchange.status === 500 ? 502 : exchange.status)
}

export function seeErrors(hall: Hall, exchanges: readonly RecordedExchange[]): Promise<ErrorSeen[]> {
  const cases = exchanges.flatMap((exchange) =>
    CLIENTS.flatMap((client) => [false, true].map((stream) => ({ exchange, client, stream }))),
  )
  return forAll(cases, async ({ exchange, client, stream }) => {
    const operation = client === 'ollama' ? exchange.operation : 'chat'
    const { error } = await ASK[client]({ url: hall.url, model: hall.model(exchange), stream, operation })
    const words = messageIn(exchange.body())
    const expected = statusOf(exchange)
    const [status, kind] = classOf(client, expected)
    const where = `${exchange.folder}/${exchange.id} to ${client} ${stream ? 'streamed' : 'whole'}`
    const mistakes = [
      ...(error?.kind === kind ? [] : [`${where}: raised ${error?.kind}, not ${kind}`]),
      ...(error?.status === status ? [] : [`${where}: status ${error?.status}, not ${status}`]),
      ...(says(expected, error?.message ?? '', words)
        ? []
        : [`${where}: says ${error?.message}, not ${words}`]),
    ]
    return { exchange, client, mistakes }
  })
}

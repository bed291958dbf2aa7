/** Posts recorded requests for real and judges what reaches the provider. */

import { startGateway } from '#main'
import { startSimulator } from '#simulator'
import { houseConfig, NO_BREAKER } from '../house.ts'
import { CLIENTS, type DialectUnderTest, type RecordedExchange } from './exchange.ts'
import { loose, text } from './loose-json.ts'
import { forAll } from './matrix.ts'
import { faultsOfMessages } from './valid-anthropic.ts'
import { faultsOfConverse } from './valid-bedrock.ts'
import { faultsOfGemini } from './valid-gemini.ts'
import { faultsOfOllama } from './valid-ollama.ts'
import { faultsOfChat } from './valid-openai-chat.ts'
import { faultsOfResponses } from './valid-responses.ts'

const FAULTS = {
  'openai-chat': faultsOfChat,
  'openai-responses': faultsOfResponses,
  anthropic: faultsOfMessages,
  gemini: faultsOfGemini,
  bedrock: faultsOfConverse,
  ollama: faultsOfOllama,
}

export interface Posted {
  readonly exchange: RecordedExchange
  /** The language of the provider it went to. */
  readonly target: DialectUnderTest
  /** What is wrong with it, told for people. */
  readonly mistakes: readonly string[]
  /** The body that reached the provider. */
  readonly arrived?: string
  /** Why there is nothing to judge: the gateway refused to send it, knowingly, or it was faulty from the start. */
  readonly refused?: string
}

/** Answers of each language, for the provider to give. */
export type Answers = Readonly<Record<DialectUnderTest, RecordedExchange>>

export async function postAll(
  recordings: string,
  exchanges: readonly RecordedExchange[],
  answers: Answers,
): Promise<Posted[]> {
  const posts = exchanges.flatMap((exchange, at) => {
    const recorded = exchange.request()
    if (recorded === undefined) return []
    const body = IN_URL.has(exchange.dialect) ? recorded : withModel(recorded)
    return CLIENTS.map((target) => ({ exchange, body, target, name: `r${at}-${target}` }))
  })
  const simulator = await startSimulator({ fixtures: recordings, remember: 200 })
  const providers = posts.map(({ name, target, exchange }) => {
    const answer = target === exchange.dialect && exchange.status === 200 ? exchange : answers[target]
    const baseUrl = `${simulator.replayUrl(answer.folder, answer.id)}/${name}`
    // The caller's own key: such a provider is not asked for its models at the start.
    return { name, dialect: target, passthrough: true, baseUrl }
  })
  const gateway = await startGateway({ config: houseConfig({ providers, config: { breaker: NO_BREAKER } }) })
  try {
    return await forAll(posts, async ({ exchange, body, target, name }) => {
      const answer = await post(gateway.url, exchange, body, name)
      const arrived = simulator.requests.findLast(({ path }) => path.includes(`/${name}/`))?.body
      const where = `${exchange.folder}/${exchange.id} to ${target}`
      const mistakes = judged(exchange, target, body, arrived).map((fault) => `${where}: ${fault}`)
      const faulty =
        arrived === undefined ? answer.status === 400 : mistakes.length > 0 && target !== exchange.dialect
      if (exchange.status === 400 && faulty) {
        return {
          exchange,
          target,
          mistakes: [],
          refused: 'faults for which the provider itself refused the request',
        }
      }
      if (arrived !== undefined) return { exchange, target, mistakes, arrived }
      const refused = target === exchange.dialect ? undefined : refusalIn(answer.text)
      if (refused !== undefined) return { exchange, target, mistakes, refused }
      return {
        exchange,
        target,
        mistakes: [`${where}: answered ${answer.status} ${answer.text.slice(0, 300)}`],
      }
    })
  } finally {
    await gateway.close()
    await simulator.close()
  }
}

type Path = (exchange: RecordedExchange, model: string) => string

const PATHS: Readonly<Record<DialectUnderTest, Path>> = {
  'openai-chat': () => '/v1/chat/completions',
  'openai-responses': () => '/v1/responses',
  anthropic: () => '/v1/messages',
  gemini: ({ streamed }, model) =>
    `/v1beta/models/${model}:${streamed ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  bedrock: ({ streamed }, model) => `/model/${model}/converse${streamed ? '-stream' : ''}`,
  ollama: ({ operation }) => (operation === 'generate' ? '/api/generate' : '/api/chat'),
}

/** Languages that name the model in the URL. */
const IN_URL: ReadonlySet<DialectUnderTest> = new Set(['gemini', 'bedrock'])

async function post(
  url: string,
  exchange: RecordedExchange,
  body: string,
  name: string,
): Promise<{ status: number; text: string }> {
  const path = PATHS[exchange.dialect](exchange, encodeURIComponent(`${name}:m`))
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
    body: IN_URL.has(exchange.dialect) ? body : renamed(body, name),
  })
  return { status: response.status, text: await response.text() }
}

/** Wishes a target cannot meet and that would change the answer if they were dropped: refused before anything is sent. */
const REFUSALS: readonly { readonly says: string; readonly reason: string }[] = [
  { says: 'one answer at a time', reason: 'several alternative answers (`n`)' },
  { says: 'audio parts are not understood', reason: 'sound in the prompt' },
  { says: 'video parts are not understood', reason: 'moving pictures in the prompt' },
  { says: 'media as data or from S3, not by URL', reason: 'media by address, which Converse does not fetch' },
  { says: 'file id is known only to the provider', reason: 'a file that only one provider has' },
  {
    says: 'cannot be asked for it',
    reason: 'a tool that only its own provider runs, or a web search that cannot be kept within its sites',
  },
  {
    says: 'needs a provider that speaks the Responses API itself',
    reason:
      'what only a Responses provider keeps (an earlier answer, a stored prompt, a run in the background)',
  },
]

function refusalIn(answer: string): string | undefined {
  return REFUSALS.find(({ says }) => answer.includes(says))?.reason
}

/** Requests of stored prompts and of deployments name none in the body; the road cannot do without. */
function withModel(body: string): string {
  return text(loose(JSON.parse(body))['model']) === '' ? body.replace('{', '{"model":"m",') : body
}

/** The body with the provider's name before the model's, and not a byte changed beside it. */
function renamed(body: string, name: string): string {
  const model = JSON.stringify(text(loose(JSON.parse(body))['model']))
  const parts = [...body.matchAll(/"model"\s*:\s*/g)].find(({ 0: key, index }) =>
    body.startsWith(model, index + key.length),
  )
  if (parts === undefined) throw new Error('The recorded request names no model.')
  const at = parts.index + parts[0].length
  return `${body.slice(0, at)}"${name}:${model.slice(1)}${body.slice(at + model.length)}`
}

function judged(
  exchange: RecordedExchange,
  target: DialectUnderTest,
  sent: string,
  arrived: string | undefined,
): string[] {
  if (arrived === undefined) return []
  if (target === exchange.dialect) {
    if (target === 'gemini')
      return arrived === sent.replace(/"model":\s*"[^"]*"/, '"model":"models/m"') || arrived === sent
        ? []
        : ['did not arrive byte for byte']
    // To Ollama `m:latest` and `m` are one name, and the router's name is the short one.
    const same = arrived === sent || arrived === sent.replace(/("model"\s*:\s*"[^"]*):latest"/, '$1"')
    return same ? [] : ['did not arrive byte for byte']
  }
  return FAULTS[target](loose(JSON.parse(arrived)))
}

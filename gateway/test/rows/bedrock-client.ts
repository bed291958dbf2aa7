/** The official client of Bedrock before a gateway, and what its answers say. */

import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { isObject, type JsonObject, parseJson } from '#core'

export const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'

/** With a Bedrock API key, as its users have. */
export function bedrockClient(url: string, token = 'client-key'): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: url,
    token: { token },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
    // Its own default is HTTP/2 without TLS, which no plain HTTP server answers.
    requestHandler: new NodeHttpHandler(),
  })
}

export type Asked = Omit<ConverseCommandInput, 'modelId'>

export function saying(text: string): Asked {
  return { messages: [{ role: 'user', content: [{ text }] }] }
}

export interface Heard {
  readonly text: string
  readonly reasoning: string
  readonly signature: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[]
  readonly stopReason: string | undefined
  readonly usage: object | undefined
}

export async function converse(url: string, asked: Asked, stream: boolean, model = MODEL): Promise<Heard> {
  const client = bedrockClient(url)
  try {
    if (stream) {
      const answer = await client.send(new ConverseStreamCommand({ modelId: model, ...asked }))
      return heard(await all(answer.stream))
    }
    const { output, stopReason, usage } = await client.send(new ConverseCommand({ modelId: model, ...asked }))
    const blocks = output?.message?.content ?? []
    const thoughts = blocks.flatMap(({ reasoningContent }) => reasoningContent?.reasoningText ?? [])
    return {
      text: blocks.map(({ text }) => text ?? '').join(''),
      reasoning: thoughts.map(({ text }) => text ?? '').join(''),
      signature: thoughts.map(({ signature }) => signature ?? '').join(''),
      calls: blocks.flatMap(({ toolUse }) =>
        toolUse === undefined
          ? []
          : [{ id: toolUse.toolUseId ?? '', name: toolUse.name ?? '', input: toolUse.input }],
      ),
      stopReason,
      usage,
    }
  } finally {
    client.destroy()
  }
}

function heard(events: readonly ConverseStreamOutput[]): Heard {
  const deltas = events.flatMap(({ contentBlockDelta }) => contentBlockDelta ?? [])
  const said = (at: number | undefined): string =>
    deltas
      .filter(({ contentBlockIndex }) => contentBlockIndex === at)
      .map(({ delta }) => delta?.toolUse?.input ?? '')
      .join('')
  return {
    text: deltas.map(({ delta }) => delta?.text ?? '').join(''),
    reasoning: deltas.map(({ delta }) => delta?.reasoningContent?.text ?? '').join(''),
    signature: deltas.map(({ delta }) => delta?.reasoningContent?.signature ?? '').join(''),
    calls: events.flatMap(({ contentBlockStart: begun }) =>
      begun?.start?.toolUse === undefined
        ? []
        : [
            {
              id: begun.start.toolUse.toolUseId ?? '',
              name: begun.start.toolUse.name ?? '',
              input: parseJson(said(begun.contentBlockIndex)),
            },
          ],
    ),
    stopReason: events.find(({ messageStop }) => messageStop !== undefined)?.messageStop?.stopReason,
    usage: events.find(({ metadata }) => metadata !== undefined)?.metadata?.usage,
  }
}

/** The body of the answer, or what each chunk of its stream holds. */
export async function invoke(
  url: string,
  body: object,
  stream: boolean,
  model = MODEL,
): Promise<JsonObject[]> {
  const client = bedrockClient(url)
  const input = { modelId: model, contentType: 'application/json', body: JSON.stringify(body) }
  try {
    if (!stream) return [objectIn((await client.send(new InvokeModelCommand(input))).body)]
    const answer = await client.send(new InvokeModelWithResponseStreamCommand(input))
    const items = await all(answer.body)
    return items.map(({ chunk }) => objectIn(chunk?.bytes))
  } finally {
    client.destroy()
  }
}

async function all<Item>(stream: AsyncIterable<Item> | undefined): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream ?? []) items.push(item)
  return items
}

function objectIn(bytes: Uint8Array | undefined): JsonObject {
  const value = parseJson(Buffer.from(bytes ?? []).toString('utf8'))
  return isObject(value) ? value : {}
}

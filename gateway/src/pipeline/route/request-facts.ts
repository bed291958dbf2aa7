/** What routing may want to know of a request beyond its model name; looked up only when somebody asks. */

import { type ChatRequest, isEmbed, type Message } from '#core'
import type { Exchange } from '../exchange.ts'
import { conversationOf } from './conversation.ts'
import type { StrategyWish } from './strategy/strategy.ts'

export class RequestFacts implements StrategyWish {
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  get model(): string {
    return this.#exchange.head.model
  }

  get embeds(): boolean {
    return isEmbed(this.#exchange.operation)
  }

  vision(): boolean {
    return this.#chat()?.messages.some(shows) === true
  }

  tools(): boolean {
    return (this.#chat()?.tools?.length ?? 0) > 0
  }

  conversation(): string | undefined {
    return conversationOf(this.#exchange, () => this.#chat())
  }

  /** A body that cannot be decoded is not refused here: in its own language it may be right. */
  #chat(): ChatRequest | undefined {
    const { operation } = this.#exchange
    if (isEmbed(operation) || operation === 'forward') return undefined
    try {
      return this.#exchange.request
    } catch {
      return undefined
    }
  }
}

function shows({ parts }: Message): boolean {
  return parts.some((part) => {
    if (part.type === 'tool-result') return part.content.some(isPicture)
    return isPicture(part)
  })
}

function isPicture(part: { readonly type: string; readonly kind?: string }): boolean {
  return part.type === 'media' && part.kind === 'image'
}

/** Several observers as one. */

import type { Observer } from '#pipeline'

export function together(observers: readonly Observer[]): Observer {
  // Every exchange begins and settles: who does not listen is not asked each time.
  const begun = observers.filter((observer) => 'onBegun' in observer)
  const settled = observers.filter((observer) => 'onSettled' in observer)
  return {
    onBegun: (exchange) => {
      for (const observer of begun) observer.onBegun?.(exchange)
    },
    onSettled: (exchange, outcome) => {
      for (const observer of settled) observer.onSettled?.(exchange, outcome)
    },
    onFailover: (exchange, from, to, error) =>
      observers.forEach((observer) => observer.onFailover?.(exchange, from, to, error)),
    onBreaker: (provider, model, state) =>
      observers.forEach((observer) => observer.onBreaker?.(provider, model, state)),
    onRateLimited: (exchange, target, error) =>
      observers.forEach((observer) => observer.onRateLimited?.(exchange, target, error)),
    onShared: (exchange) => observers.forEach((observer) => observer.onShared?.(exchange)),
    onHedge: (exchange, target) => observers.forEach((observer) => observer.onHedge?.(exchange, target)),
    onHedgeLost: (exchange, target) =>
      observers.forEach((observer) => observer.onHedgeLost?.(exchange, target)),
    onContinued: (exchange, from, to, error) =>
      observers.forEach((observer) => observer.onContinued?.(exchange, from, to, error)),
    onQueued: (exchange, waitedMs) =>
      observers.forEach((observer) => observer.onQueued?.(exchange, waitedMs)),
    onRetry: (exchange, error, delayMs) =>
      observers.forEach((observer) => observer.onRetry?.(exchange, error, delayMs)),
  }
}

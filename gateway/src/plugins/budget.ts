/** Runs a hook within its time. */

import type { Clock } from '#core'
import { hookFault, lateHook } from './fault.ts'

export interface Budget {
  readonly clock: Clock
  readonly middleware: string
  /** 0 is no limit. */
  readonly limitMs: number
}

/** A hook that cannot wait. Throws when it fails, and when it took too long. */
export function runNow<T>({ clock, middleware, limitMs }: Budget, hook: string, act: () => T): T {
  const begun = clock.now()
  let result: T
  try {
    result = act()
  } catch (thrown) {
    throw hookFault(middleware, hook, thrown)
  }
  if (limitMs > 0 && clock.now() - begun > limitMs) throw lateHook(middleware, hook, limitMs)
  return result
}

/** A hook that may wait. Rejects when it fails, and as soon as it is late. */
export async function runWithin<T>(budget: Budget, hook: string, act: () => T | Promise<T>): Promise<T> {
  const result = runNow(budget, hook, act)
  return result instanceof Promise ? waited(budget, hook, result) : result
}

function waited<T>({ clock, middleware, limitMs }: Budget, hook: string, result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer =
      limitMs > 0 ? clock.timer(limitMs, () => reject(lateHook(middleware, hook, limitMs))) : undefined
    const settle = async (): Promise<void> => {
      try {
        resolve(await result)
      } catch (thrown) {
        reject(hookFault(middleware, hook, thrown))
      }
      timer?.cancel()
    }
    void settle()
  })
}

/** One request as a client makes it, and whether its answer was whole. */

export interface Asked {
  readonly good: boolean
  readonly ms: number
  /** Another attempt than the first gave the answer, or went on with it. */
  readonly moved: boolean
  readonly fault?: string
}

const LIMIT_MS = 30_000
const LAST_WORD = 'here'

export async function ask(url: string, stream: boolean): Promise<Asked> {
  const begun = performance.now()
  const over = (good: boolean, moved: boolean, fault?: string): Asked => ({
    good,
    ms: performance.now() - begun,
    moved,
    ...(fault === undefined ? {} : { fault }),
  })
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'pair', stream, messages: [{ role: 'user', content: 'Hello' }] }),
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    const text = await response.text()
    const moved = Number(response.headers.get('x-attempts') ?? 1) > 1
    if (response.status !== 200) return over(false, moved, String(response.status))
    const whole = text.includes(LAST_WORD) && (!stream || text.trimEnd().endsWith('data: [DONE]'))
    return over(whole, moved, whole ? undefined : 'not whole')
  } catch (thrown) {
    return over(false, false, thrown instanceof Error ? thrown.name : 'unknown')
  }
}

/** Open loop: requests leave at their hour, whatever became of the earlier ones. */
export async function askSteadily(
  url: string,
  perSecond: number,
  seconds: number,
): Promise<readonly Asked[]> {
  const begun = performance.now()
  const asked: Promise<Asked>[] = []
  while (asked.length < perSecond * seconds) {
    const dueMs = begun + (asked.length * 1000) / perSecond
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    asked.push(ask(url, asked.length % 2 === 0))
  }
  return Promise.all(asked)
}

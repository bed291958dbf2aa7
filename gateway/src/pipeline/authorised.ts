/** The last touch before a call goes out: what its provider must sign, or ask somebody for. */

import { asGatewayError, type GatewayError } from '#core'
import type { Provider } from '#providers'
import type { UpstreamRequest } from '#transport'

export interface Grants {
  /** Told at once where nothing must be waited for. `secrets` must be seen by nobody. */
  readonly send: (request: UpstreamRequest, secrets: readonly string[]) => void
  readonly fail: (error: GatewayError) => void
}

const NONE: readonly string[] = []

/** What lets a call in where nobody must be asked for it. */
export function secretsOf({ secrets = NONE }: Provider, key: string | undefined): readonly string[] {
  if (key === undefined) return secrets
  return secrets.length === 0 ? [key] : [...secrets, key]
}

export function authorised(
  provider: Provider,
  request: UpstreamRequest,
  key: string | undefined,
  { send, fail }: Grants,
): void {
  const { authorize } = provider
  const secrets = secretsOf(provider, key)
  if (authorize === undefined) return send(request, secrets)
  const failed = (thrown: unknown) => fail(asGatewayError(thrown))
  let grant: ReturnType<typeof authorize>
  try {
    grant = authorize({ ...request, key })
  } catch (thrown) {
    return failed(thrown)
  }
  const granted = ({ headers, secrets: more }: Awaited<typeof grant>) =>
    send({ ...request, headers: [...request.headers, ...headers] }, [...secrets, ...more])
  if (grant instanceof Promise) grant.then(granted).catch(failed)
  else granted(grant)
}

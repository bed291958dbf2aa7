/** Calls signed for AWS: with configured keys, or with what AWS's own chain of sources finds. */

import type { AwsSettings } from '#config'
import type { Clock } from '#core'
import { credentialError, isMissingPackage, limited, missingPackage } from './credential-error.ts'
import { andThen, type Authorize, type Grant, NO_GRANT } from './grant.ts'
import { type Loan, renewing } from './renewing.ts'
import { type AwsKeys, signer } from './sigv4.ts'

const CHAIN_PACKAGE = '@aws-sdk/credential-provider-node'
const CHAIN_LIMIT_MS = 15_000
const AHEAD_MS = 5 * 60_000

export interface AwsTarget {
  readonly host: string
  readonly region: string
}

/** A call that carries a key of its own, Bedrock's API key, is not signed. */
export function awsAuthorize(
  { host, region }: AwsTarget,
  keys: () => AwsKeys | Promise<AwsKeys>,
  clock: Clock,
): Authorize {
  const sign = signer(region, 'bedrock')
  return ({ method, path, body, key }) => {
    if (key !== undefined) return NO_GRANT
    return andThen(keys(), (found): Grant => {
      const signable = { method, host, path, headers: { 'content-type': 'application/json' }, body }
      const { accessKeyId, secretAccessKey, sessionToken } = found
      const secrets = [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])]
      return { headers: sign(signable, found, clock.wall()), secrets }
    })
  }
}

/** As much of the chain's package as is used. */
interface Chain {
  readonly defaultProvider: (options: {
    readonly profile?: string
    readonly clientConfig: { readonly region: string }
  }) => () => Promise<AwsKeys & { readonly expiration?: Date | undefined }>
}

const loadChain = (): Promise<Chain> => import('@aws-sdk/credential-provider-node')

export function awsKeys(
  settings: AwsSettings,
  region: string,
  clock: Clock,
  load: () => Promise<Chain> = loadChain,
): () => AwsKeys | Promise<AwsKeys> {
  const { accessKeyId, secretAccessKey, sessionToken } = settings
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const fixed = { accessKeyId, secretAccessKey, sessionToken }
    return () => fixed
  }
  const obtain = () => limited(fromChain(settings, region, load), clock, CHAIN_LIMIT_MS)
  return renewing(obtain, { wall: () => clock.wall(), aheadMs: AHEAD_MS })
}

async function fromChain(
  { profile }: AwsSettings,
  region: string,
  load: () => Promise<Chain>,
): Promise<Loan<AwsKeys>> {
  try {
    const { defaultProvider } = await load()
    const find = defaultProvider({
      clientConfig: { region },
      ...(profile === undefined ? {} : { profile }),
    })
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await find()
    return { value: { accessKeyId, secretAccessKey, sessionToken }, endsAt: expiration?.getTime() }
  } catch (thrown) {
    if (isMissingPackage(thrown)) throw missingPackage("AWS's chain of credentials", CHAIN_PACKAGE)
    throw credentialError('No AWS credentials were found.', thrown)
  }
}

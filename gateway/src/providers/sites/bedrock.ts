/** Amazon Bedrock: a host for each region, calls signed unless a Bedrock API key is given, models listed by another host. */

import type { ProviderConfig } from '#config'
import type { Dialect } from '#dialects'
import { awsAuthorize, awsKeys } from '../auth/aws.ts'
import { normaliseBaseUrl } from '../base-url.ts'
import type { Site, SiteTools } from '../site.ts'

const REGION = 'us-east-1'

export function bedrockSite(config: ProviderConfig, dialect: Dialect, { clock }: SiteTools): Site {
  const region = regionOf(config)
  const base = normaliseBaseUrl(
    config.baseUrl ?? `https://bedrock-runtime.${region}.amazonaws.com`,
    dialect.name,
    '',
  )
  const keys = awsKeys(config.aws ?? {}, region, clock)
  const signed = (origin: string) => awsAuthorize({ host: new URL(origin).host, region }, keys, clock)
  const control = controlOrigin(base.origin)
  // The caller's own key is a Bedrock API key: our credentials must not stand in for one that is missing.
  if (config.passthrough) return { base }
  return {
    base,
    authorize: signed(base.origin),
    ...(control === undefined ? {} : { lists: { origin: control, authorize: signed(control) } }),
  }
}

/** What is configured, what the host says, or Amazon's first. */
function regionOf({ aws, baseUrl, defaultModel }: ProviderConfig): string {
  return (
    aws?.region ??
    /\bbedrock(?:-runtime)?(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(baseUrl ?? '')?.[1] ??
    /^arn:aws[\w-]*:bedrock:([\w-]+):/.exec(defaultModel ?? '')?.[1] ??
    REGION
  )
}

/** A proxy or a private endpoint has one host for all. */
function controlOrigin(origin: string): string | undefined {
  const { host } = new URL(origin)
  return /^bedrock-runtime[.-].*\.amazonaws\.com/.test(host)
    ? origin.replace('//bedrock-runtime', '//bedrock')
    : undefined
}

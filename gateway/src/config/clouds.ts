/** Access to the clouds, from settings: a provider's own table over the shared one, for the types that take it. */

import type { PresetFacts } from '#providers'
import type { AwsSettings, AzureSettings, ProviderConfig, VertexSettings } from './config.ts'
import type { ProviderSettings, Settings } from './schema.ts'

export type CloudSettings = Pick<Settings, 'aws' | 'vertex' | 'azure'>
type Clouds = Pick<ProviderConfig, 'aws' | 'vertex' | 'azure'>

/** Nothing for a type of no cloud: it must not see such keys. */
export function cloudsOf(
  account: PresetFacts['account'],
  own: ProviderSettings,
  shared: CloudSettings,
): Clouds {
  switch (account) {
    case 'aws':
      return { aws: awsOf(own.aws, shared.aws) }
    case 'vertex':
      return { vertex: vertexOf({ ...shared.vertex, ...own.vertex }) }
    case 'azure':
      return { azure: azureOf({ ...shared.azure, ...own.azure }) }
    case undefined:
      return {}
  }
}

/** Bedrock's own kind of key, where a provider has none. */
export function cloudKey(
  account: PresetFacts['account'],
  own: ProviderSettings,
  shared: CloudSettings,
): string | undefined {
  if (account !== 'aws') return undefined
  // Keys of the provider's own are meant, whatever the environment has.
  return (
    own.aws?.bearer_token ?? (own.aws?.access_key_id === undefined ? shared.aws?.bearer_token : undefined)
  )
}

/** Keys belong together: never one from here and its secret from there. */
function awsOf(own: CloudSettings['aws'] = {}, shared: CloudSettings['aws'] = {}): AwsSettings {
  const keys = own.access_key_id === undefined && own.profile === undefined ? shared : own
  const region = own.region ?? shared.region
  return {
    ...(keys.access_key_id === undefined ? {} : { accessKeyId: keys.access_key_id }),
    ...(keys.secret_access_key === undefined ? {} : { secretAccessKey: keys.secret_access_key }),
    ...(keys.session_token === undefined ? {} : { sessionToken: keys.session_token }),
    ...(keys.profile === undefined ? {} : { profile: keys.profile }),
    ...(region === undefined ? {} : { region }),
  }
}

function vertexOf({ project, location, credentials }: NonNullable<CloudSettings['vertex']>): VertexSettings {
  return {
    ...(project === undefined ? {} : { project }),
    ...(location === undefined ? {} : { location }),
    ...(credentials === undefined ? {} : { credentials }),
  }
}

function azureOf(settings: NonNullable<CloudSettings['azure']>): AzureSettings {
  const { tenant_id: tenantId, client_id: clientId, client_secret: clientSecret } = settings
  const { federated_token_file: federatedTokenFile, authority } = settings
  const { managed_identity: managedIdentity, identity_endpoint: identityEndpoint } = settings
  const { identity_header: identityHeader } = settings
  return {
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(federatedTokenFile === undefined ? {} : { federatedTokenFile }),
    ...(authority === undefined ? {} : { authority }),
    ...(managedIdentity === undefined ? {} : { managedIdentity }),
    ...(identityEndpoint === undefined ? {} : { identityEndpoint }),
    ...(identityHeader === undefined ? {} : { identityHeader }),
  }
}

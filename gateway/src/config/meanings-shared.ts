/** What the keys mean that hold for all providers, or for all of one cloud. */

import type { Meanings } from './meaning.ts'

export const SHARED_MEANINGS: Meanings = {
  implicit_ollama:
    'whether an Ollama on this machine, or at `OLLAMA_HOST`, is a provider without being configured; unset: when `sluice start` finds no other provider and it answers',
  'custom_headers.*': 'a header for every provider, under its real name; a provider’s own wins',
  'aws.access_key_id':
    'access key of `bedrock` providers that have none; without any, AWS’s own chain of sources is asked',
  'aws.secret_access_key': 'the secret of that access key',
  'aws.session_token': 'the session token of that access key',
  'aws.bearer_token': 'Bedrock API key of `bedrock` providers that have none, in place of signing',
  'aws.region': { meaning: 'region of `bedrock` providers', otherwise: 'us-east-1' },
  'aws.profile': 'profile that AWS’s chain of sources reads',
  'vertex.project': 'project of `vertex` providers that name none',
  'vertex.location': { meaning: 'location of `vertex` providers', otherwise: 'global' },
  'vertex.credentials':
    'path or JSON of the credentials of `vertex` providers; without, Google’s library looks in the usual places',
  'azure.tenant_id': 'Entra tenant of `azure` providers without a key',
  'azure.client_id': 'Entra application of `azure` providers, or which managed identity',
  'azure.client_secret': 'the secret of that application',
  'azure.federated_token_file': 'file with a token that stands for the secret of that application',
  'azure.authority': { meaning: 'where Entra is asked', otherwise: 'https://login.microsoftonline.com' },
  'azure.managed_identity': { meaning: 'true: the machine’s identity is used', otherwise: 'false' },
  'azure.identity_endpoint': 'App Service’s address for managed identities',
  'azure.identity_header': 'the secret that App Service’s address for managed identities wants',
}

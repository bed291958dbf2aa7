/** What the keys of one provider mean. */

import type { Meaning, Meanings } from './meaning.ts'
import { CLOCK_MEANINGS, RETRIES, RETRY_POLICY } from './meanings-resilience.ts'

/** The gateway's own setting of the same meaning holds where the provider has none. */
const orShared = (meaning: string, key: string): Meaning => ({ meaning, otherwise: `\`${key}\`` })

export const PROVIDER_MEANINGS: Meanings = {
  'providers.*.type': {
    meaning: 'one of the [types](providers.md), or another name of one',
    otherwise: 'its name, if that is a type; else `custom`',
  },
  'providers.*.api_format': {
    meaning: 'its language: `openai`, `openai-responses`, `anthropic`, `gemini`, `bedrock` or `ollama`',
    otherwise: 'the type’s',
  },
  'providers.*.base_url': { meaning: 'where it listens', otherwise: 'the type’s' },
  'providers.*.api_key':
    'one key, or several, as a list or with blanks between them; `!PASSTHRU` alone sends the caller’s key upstream',
  'providers.*.api_version': {
    meaning: 'API version; it makes an `openai` or `custom` provider an `azure` one',
    otherwise: '`2024-10-21` for `azure`',
  },
  'providers.*.enabled': { meaning: 'false switches it off', otherwise: 'true, with usable credentials' },
  'providers.*.priority': { meaning: 'lower is asked first', otherwise: '1' },
  'providers.*.weight': { meaning: 'its share under the strategy `weighted`', otherwise: '1' },
  ...Object.fromEntries(
    Object.entries(CLOCK_MEANINGS).map(([clock, text]) => [
      `providers.*.timeouts.${clock}`,
      orShared(text, `timeouts.${clock}`),
    ]),
  ),
  'providers.*.max_retries': orShared(RETRIES, 'max_retries'),
  'providers.*.retry_policy': orShared(RETRY_POLICY, 'retry_policy'),
  'providers.*.max_concurrent_requests': {
    meaning: 'requests at this provider at the same time; 0 is no limit',
    otherwise: '0',
  },
  'providers.*.model_concurrency.*': 'requests at the same time by model, `{ "gpt-5" = 4 }`',
  'providers.*.rate_limit': { meaning: 'requests per minute; 0 is no limit', otherwise: '0' },
  'providers.*.token_rate_limit': {
    meaning: 'tokens per minute, of requests and answers together; 0 is no limit',
    otherwise: '0',
  },
  'providers.*.key_weights': {
    meaning: 'shares of the keys in their order, `[3, 1]`',
    otherwise: 'all the same',
  },
  'providers.*.key_quota.requests':
    'requests that each key may be used for in a period; then it is passed over',
  'providers.*.key_quota.tokens':
    'tokens, of requests and answers together, that each key may be used for in a period',
  'providers.*.key_quota.period': {
    meaning: 'seconds of the period, which begins with the start',
    otherwise: '86400',
  },
  'providers.*.default_model': { meaning: 'model when a request names none', otherwise: 'the type’s' },
  'providers.*.models.big': 'models of the big size class',
  'providers.*.models.middle': 'models of the middle size class',
  'providers.*.models.small': 'models of the small size class',
  'providers.*.models.list': 'models without a class; `models = ["a", "b"]` is short for it',
  'providers.*.model_map.*':
    'what it calls models that clients call otherwise: `{ "gpt-4o" = "my-deployment" }`',
  'providers.*.aliases.*': '[aliases](../guide/routing.md#rules) within this provider',
  'providers.*.custom_headers.*': 'a header for this provider, under its real name',
  'providers.*.connections': 'kept connections per origin',
  'providers.*.settings.*':
    'options grouped apart: those that are keys of a provider count where it does not say them itself; others are kept and shown, and mean nothing',
  'providers.*.tool_name_sanitization': {
    meaning:
      'whether [names of tools](../guide/middleware.md#tool-name-sanitization) are made fit for the provider',
    otherwise: 'false',
  },
  'providers.*.guarded': {
    meaning:
      'whether [private networks](../guide/securing.md#addresses-of-providers) are closed to it, as they are to every provider whose address was told through the API; management sets it, and does not take it away',
    otherwise: 'false',
  },
  'providers.*.model_page': 'where its models are described; read, not acted on yet',
  'providers.*.aws.access_key_id': orShared(
    'AWS access key id, for `bedrock`; its secret and its session token come from where it comes from',
    'aws.access_key_id',
  ),
  'providers.*.aws.secret_access_key': orShared('AWS secret access key', 'aws.secret_access_key'),
  'providers.*.aws.session_token': orShared('AWS session token', 'aws.session_token'),
  'providers.*.aws.bearer_token': {
    meaning: 'Bedrock API key, in place of signing',
    otherwise: '`aws.bearer_token`, unless it has an access key',
  },
  'providers.*.aws.region': { meaning: 'AWS region', otherwise: '`aws.region`, the URL’s, us-east-1' },
  'providers.*.aws.profile': {
    meaning: 'profile that AWS’s chain of sources reads',
    otherwise: '`aws.profile`, unless it has an access key',
  },
  'providers.*.vertex.project': orShared('Google Cloud project, for `vertex`', 'vertex.project'),
  'providers.*.vertex.location': {
    meaning: 'Google Cloud location',
    otherwise: '`vertex.location`, global',
  },
  'providers.*.vertex.credentials': orShared('path or JSON of Google credentials', 'vertex.credentials'),
  'providers.*.azure.tenant_id': orShared('Entra tenant, for `azure` without a key', 'azure.tenant_id'),
  'providers.*.azure.client_id': orShared('Entra application, or which managed identity', 'azure.client_id'),
  'providers.*.azure.client_secret': orShared('the secret of that application', 'azure.client_secret'),
  'providers.*.azure.federated_token_file': orShared(
    'file with a token that stands for the secret of that application',
    'azure.federated_token_file',
  ),
  'providers.*.azure.authority': orShared('where Entra is asked', 'azure.authority'),
  'providers.*.azure.managed_identity': orShared(
    'true: the machine’s identity is used',
    'azure.managed_identity',
  ),
  'providers.*.azure.identity_endpoint': orShared(
    'App Service’s address for managed identities',
    'azure.identity_endpoint',
  ),
  'providers.*.azure.identity_header': orShared(
    'the secret that App Service’s address for managed identities wants',
    'azure.identity_header',
  ),
}

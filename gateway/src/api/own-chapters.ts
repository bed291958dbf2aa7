/** What the gateway answers itself. */

import type { Chapter } from './operation.ts'

const PERSIST = { persist: '`true` writes it to `config/providers.json` too' }
const FORMAT = { format: '`json` or `yaml`' }
const REFRESH = { refresh: '`true` asks the providers again' }

const MODELS: Chapter = {
  title: 'Models',
  says: 'One registry behind all lists. `X-Sluice-Stale` names providers whose list is old.',
  operations: [
    {
      method: 'GET',
      path: '/v1/models',
      says: 'All models, in the shape the caller understands.',
      entrance: 'client',
      query: {
        provider: 'of one provider',
        format: '`openai`, `anthropic`, `gemini`, or `raw` for what the provider said',
        ...REFRESH,
        client_version: 'as Codex asks: adds what Codex wants to know',
        limit: 'how many, to Anthropic’s clients',
        after_id: 'behind which one, to Anthropic’s clients',
        before_id: 'before which one, to Anthropic’s clients',
        pageSize: 'how many, to Gemini’s clients',
        pageToken: 'where to go on, to Gemini’s clients',
      },
    },
    { method: 'GET', path: '/v1/models/{+id}', says: 'One model.', entrance: 'client' },
    {
      method: 'GET',
      path: '/v1beta/models',
      says: 'All models in Gemini’s shape.',
      entrance: 'client',
      query: {
        provider: 'of one provider',
        ...REFRESH,
        pageSize: 'how many',
        pageToken: 'where to go on',
      },
    },
    { method: 'GET', path: '/v1beta/models/{+id}', says: 'One model in Gemini’s shape.', entrance: 'client' },
    {
      method: 'GET',
      path: '/v1/aliases',
      says: 'Names that stand for others.',
      entrance: 'client',
      answer: 'Aliases',
    },
    {
      method: 'GET',
      path: '/top-models',
      says: 'The models that stand at the top.',
      entrance: 'client',
      query: {
        limit: 'how many, 1 to 50; 10',
        provider: 'of one provider or maker',
        include_cache_info: '`true` tells how old they are',
        ...REFRESH,
      },
      answer: 'TopModels',
    },
    {
      method: 'GET',
      path: '/api/providers/models',
      says: 'Names of models by provider.',
      entrance: 'keyed',
      query: REFRESH,
      answer: 'ModelsByProvider',
    },
    {
      method: 'GET',
      path: '/api/providers/{name}/models',
      says: 'Names of the models of one provider.',
      entrance: 'keyed',
      query: REFRESH,
      answer: 'ProviderModels',
    },
  ],
}

const PROVIDERS: Chapter = {
  title: 'Providers',
  says: 'Brought in, changed and taken away while the gateway runs.',
  operations: [
    {
      method: 'GET',
      path: '/api/providers',
      says: 'All providers and how they fare.',
      entrance: 'look',
      answer: 'ProviderList',
    },
    {
      method: 'GET',
      path: '/api/providers/health',
      says: 'Whether each is well.',
      entrance: 'look',
      answer: 'Wellness',
    },
    {
      method: 'POST',
      path: '/api/providers/register',
      says: 'A new provider, or another in the place of one.',
      entrance: 'admin',
      query: PERSIST,
      body: 'Registration',
      answer: 'ProviderChanged',
    },
    {
      method: 'PATCH',
      path: '/api/providers/{name}',
      says: 'Changes what is named; null takes a field away.',
      entrance: 'admin',
      query: PERSIST,
      body: 'ProviderChange',
      answer: 'ProviderChanged',
    },
    {
      method: 'DELETE',
      path: '/api/providers/{name}',
      says: 'Takes a provider away.',
      entrance: 'admin',
      query: PERSIST,
      answer: 'ProviderChanged',
    },
    {
      method: 'PUT',
      path: '/api/providers/{name}/toggle',
      says: 'Switches a provider on or off.',
      entrance: 'admin',
      query: PERSIST,
      body: 'Toggle',
      answer: 'ProviderChanged',
    },
    {
      method: 'POST',
      path: '/api/providers/{name}/default',
      says: 'Makes a provider the default one.',
      entrance: 'admin',
      query: PERSIST,
      answer: 'ProviderChanged',
    },
    {
      method: 'POST',
      path: '/api/providers/{name}/reset',
      says: 'Closes its circuit, forgets what was counted and ends all rests, of its keys too.',
      entrance: 'admin',
      answer: 'ProviderChanged',
    },
    {
      method: 'POST',
      path: '/api/providers/{name}/test',
      says: 'Asks its models one short question, which costs a few tokens.',
      entrance: 'admin',
      answer: 'ProviderTest',
    },
    {
      method: 'GET',
      path: '/api/providers/{name}/stats',
      says: 'What was counted of a provider.',
      entrance: 'look',
      answer: 'ProviderStatistics',
    },
    {
      method: 'POST',
      path: '/api/chat/multi',
      says: 'One message in, one flat record out.',
      entrance: 'client',
      body: 'MessageQuestion',
      answer: 'MessageAnswer',
    },
  ],
}

const CONFIGURATION: Chapter = {
  title: 'Configuration',
  says: 'Read again, taken back, compared.',
  operations: [
    {
      method: 'POST',
      path: '/api/config/reload',
      says: 'Reads all sources again.',
      entrance: 'admin',
      answer: 'ConfigChanged',
    },
    {
      method: 'POST',
      path: '/api/config/rollback',
      says: 'Goes back one change.',
      entrance: 'admin',
      answer: 'ConfigChanged',
    },
    {
      method: 'GET',
      path: '/api/config/diff',
      says: 'What runs against what the sources say.',
      entrance: 'admin',
      answer: 'ConfigDifference',
    },
    {
      method: 'GET',
      path: '/api/config/providers',
      says: 'The providers’ own file, secrets masked.',
      entrance: 'admin',
      answer: 'ProvidersFile',
    },
    {
      method: 'PUT',
      path: '/api/config/providers',
      says: 'Puts a whole file in its place.',
      entrance: 'admin',
      body: 'ProvidersFile',
      answer: 'ConfigChanged',
    },
  ],
}

const DECISIONS: Chapter = {
  title: 'Decisions',
  says: 'What was decided about requests, and what would be.',
  operations: [
    {
      method: 'GET',
      path: '/api/traces',
      says: 'Traces, newest first.',
      entrance: 'keyed',
      query: {
        limit: 'how many, 1 to 1000; 50',
        provider: 'that came to this provider',
        model: 'that asked for this model',
        result: '`completed`, `failed` or `cancelled`',
      },
      answer: 'Traces',
    },
    {
      method: 'GET',
      path: '/api/traces/{id}',
      says: 'The trace of one request.',
      entrance: 'keyed',
      answer: 'Trace',
    },
    {
      method: 'POST',
      path: '/api/explain',
      says: 'Where a request would go, and why, without sending it.',
      entrance: 'client',
      body: 'ExplainQuestion',
      answer: 'Explanation',
    },
  ],
}

const HEALTH: Chapter = {
  title: 'Health',
  says: 'How the gateway and its providers fare.',
  operations: [
    {
      method: 'GET',
      path: '/',
      says: 'A word that it is there, or with `Accept: application/json` its paths.',
      entrance: 'open',
    },
    {
      method: 'GET',
      path: '/health',
      says: 'Whether it can answer: 503 where no provider can be used.',
      entrance: 'open',
      query: { strict: '`false` answers 200 all the same', ...FORMAT },
      answer: 'Health',
    },
    {
      method: 'GET',
      path: '/health/detailed',
      says: 'The same with what stands behind it.',
      entrance: 'open',
      query: FORMAT,
      answer: 'DetailedHealth',
    },
    {
      method: 'GET',
      path: '/health/providers',
      says: 'Each provider.',
      entrance: 'open',
      answer: 'ProvidersHealth',
    },
    {
      method: 'GET',
      path: '/health/providers/{name}',
      says: 'One provider.',
      entrance: 'open',
      answer: 'ProviderHealth',
    },
    {
      method: 'GET',
      path: '/health/metrics',
      says: 'What was counted.',
      entrance: 'open',
      answer: 'HealthMetrics',
    },
    {
      method: 'GET',
      path: '/test-connection',
      says: 'Asks the default provider one short question, which costs a few tokens.',
      entrance: 'client',
      answer: 'ConnectionTest',
    },
    {
      method: 'GET',
      path: '/api/status',
      says: 'How the gateway fares, and which models there are.',
      entrance: 'keyed',
      answer: 'Status',
    },
    {
      method: 'GET',
      path: '/api/stats',
      says: 'What was counted of the whole gateway.',
      entrance: 'look',
      answer: 'Statistics',
    },
    { method: 'GET', path: '/openapi.json', says: 'This table, as OpenAPI 3.1.', entrance: 'client' },
  ],
}

export const OWN_CHAPTERS: readonly Chapter[] = [MODELS, PROVIDERS, CONFIGURATION, DECISIONS, HEALTH]

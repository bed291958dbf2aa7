/** A plugin that brings a provider type. Each record is what one kind of provider is; most need no code. */

/** @type {readonly import('sluice').ProviderType[]} */
export const providerTypes = [
  {
    name: 'acme',
    title: 'Acme',
    dialect: 'openai-chat',
    baseUrl: 'https://api.acme.example/v1',
    auth: 'bearer',
    needsKey: true,
    defaultModel: 'acme-large',
    // Its older models know the limit of an answer by another name.
    models: [{ match: /^acme-1/, traits: { maxTokensField: 'max_tokens' }, reason: 'its documentation' }],
  },
]

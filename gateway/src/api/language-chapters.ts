/** What is asked in the words of a vendor's language. */

import type { Chapter, Operation } from './operation.ts'

function post(path: string, says: string): Operation {
  return { method: 'POST', path, says, entrance: 'client' }
}

export const LANGUAGE_CHAPTERS: readonly Chapter[] = [
  {
    title: 'OpenAI',
    says: 'Chat Completions, Responses and embeddings, of any model of any provider.',
    language: 'https://platform.openai.com/docs/api-reference',
    operations: [
      post('/v1/chat/completions', 'A chat, whole or streamed.'),
      post('/v1/responses', 'A response, whole or streamed.'),
      post('/v1/completions', 'A completion of a bare prompt.'),
      post('/v1/embeddings', 'Vectors for one or more texts.'),
    ],
  },
  {
    title: 'Anthropic',
    says: 'Messages of any model of any provider.',
    language: 'https://docs.claude.com/en/api/messages',
    operations: [
      post('/v1/messages', 'A message, whole or streamed.'),
      post('/v1/messages/count_tokens', 'How many tokens a message would be; never a paid call.'),
    ],
  },
  {
    title: 'Gemini',
    says: 'Contents of any model of any provider. `/v1` and `/v1alpha` do as well.',
    language: 'https://ai.google.dev/api',
    operations: [
      post('/v1beta/models/{+model}:generateContent', 'An answer as a whole.'),
      post('/v1beta/models/{+model}:streamGenerateContent', 'An answer as a stream.'),
      post('/v1beta/models/{+model}:countTokens', 'How many tokens contents would be; never a paid call.'),
      post('/v1beta/models/{+model}:embedContent', 'A vector for one text.'),
      post('/v1beta/models/{+model}:batchEmbedContents', 'Vectors for several texts.'),
    ],
  },
  {
    title: 'Bedrock',
    says: 'Converse and InvokeModel of any model of any provider.',
    language:
      'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html',
    operations: [
      post('/model/{+model}/converse', 'An answer as a whole.'),
      post('/model/{+model}/converse-stream', 'An answer as a binary event stream.'),
      post('/model/{+model}/invoke', 'An answer as a whole, in the words of the model’s maker.'),
      post('/model/{+model}/invoke-with-response-stream', 'The same as a binary event stream.'),
      post('/model/{+model}/count-tokens', 'How many tokens a request would be; never a paid call.'),
    ],
  },
  {
    title: 'Ollama',
    says: 'Chats, prompts and embeddings of any model of any provider; streamed unless told otherwise.',
    language: 'https://docs.ollama.com/api',
    operations: [
      post('/api/chat', 'A chat, streamed or whole.'),
      post('/api/generate', 'An answer to a prompt, streamed or whole.'),
      post('/api/embed', 'Vectors for one or more texts.'),
      post('/api/embeddings', 'A vector for one text.'),
      post('/api/show', 'What is known of one model.'),
      { method: 'GET', path: '/api/tags', says: 'Which models there are.', entrance: 'client' },
      {
        method: 'GET',
        path: '/api/tags/{provider}',
        says: 'Which models one provider has.',
        entrance: 'client',
      },
      {
        method: 'GET',
        path: '/api/ps',
        says: 'Which models are loaded, where a provider is an Ollama.',
        entrance: 'client',
      },
      {
        method: 'GET',
        path: '/api/version',
        says: 'The version of Ollama whose language this is.',
        entrance: 'open',
      },
      ...['create', 'copy', 'pull', 'push'].map((verb) =>
        post(`/api/${verb}`, 'Refused with 501: models are managed where they are.'),
      ),
      {
        method: 'DELETE',
        path: '/api/delete',
        says: 'Refused with 501: models are managed where they are.',
        entrance: 'client',
      },
      post('/api/blobs/{digest}', 'Refused with 501: models are managed where they are.'),
      {
        method: 'HEAD',
        path: '/api/blobs/{digest}',
        says: 'Refused with 501: models are managed where they are.',
        entrance: 'client',
      },
    ],
  },
]

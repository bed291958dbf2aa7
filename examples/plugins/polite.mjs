/** A plugin with a middleware: it asks for politeness, counts words, and says so in a header. */

/** @type {import('sluice').MakeMiddleware} */
export const middleware = (options, tools) => {
  const wish = typeof options.wish === 'string' ? options.wish : 'Be polite.'
  let words = 0
  return {
    name: 'polite',

    initialize() {
      tools.log('the polite middleware is ready', { wish })
    },

    // Only where there is a conversation.
    applies: ({ operation }) => operation === 'chat',

    request({ request }) {
      const message = { role: 'system', parts: [{ type: 'text', text: wish }] }
      return { request: { ...request, messages: [message, ...request.messages] } }
    },

    // Each piece of a stream; a whole answer comes here too, because there is no `response`.
    event(event) {
      if (event.type !== 'text-delta') return undefined
      words += event.text.split(/\s+/).filter(Boolean).length
      return { ...event, text: event.text.replaceAll('Hey', 'Good day') }
    },

    headers: ({ provider }) => ({ 'x-polite': `yes, says ${provider}` }),

    complete({ result }) {
      tools.log('an answer is over', { result, words })
    },
  }
}

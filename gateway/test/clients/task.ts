/**
 * The task every client is given: run a command with your shell tool and say what it printed. The scripted provider asks for the
 * command once; only a client that ran it and sent the result back hears the last word.
 */

import type { RecordedRequest, ScriptedAnswer } from '#simulator'
import type { Client } from './client.ts'

/** The shell must put it together, so that no echo of the question can pass for the answer. No substitution: Gemini CLI blocks it. */
const COMMAND = "printf 'sluice-%d' 42"
const PRINTED = 'sluice-42'

export const TASK = `Run \`${COMMAND}\` in your shell and tell me what it prints.`
export const LAST_WORD = 'The gate let everything through.'

/** Plays the model for one client. Requests that offer no shell (titles, routers) get a harmless answer. */
export function model(client: Client): (request: RecordedRequest) => ScriptedAnswer {
  const call = client.shellCall(COMMAND)
  return ({ body }) => {
    if (body.includes(PRINTED)) return { kind: 'answer', text: LAST_WORD }
    if (!body.includes(`"${call.name}"`)) return { kind: 'answer', text: '{"title":"A gate"}' }
    return { kind: 'answer', text: 'Let me ask the shell.', toolCalls: [{ id: 'call_shell1', ...call }] }
  }
}

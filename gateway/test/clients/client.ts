/** What running a real client takes: a package, a command with its surroundings, and how its shell tool is called. */

import type { ScriptedToolCall } from '#simulator'

export interface Client {
  readonly name: string
  readonly package: string
  readonly version: string
  /** The dialect it speaks. */
  readonly dialect: string
  /** The command for one task, after what it needs in its home is written there. */
  prepare(place: Place): Command
  /** Runs `command` in the client's own shell tool; the name must be one the request offers. */
  shellCall(command: string): ScriptedToolCall
}

export interface Place {
  /** An empty home of its own. */
  readonly home: string
  /** URL of the gateway. */
  readonly gateway: string
  /** What the user asks for. */
  readonly task: string
}

export interface Command {
  /** In the clients' `node_modules/.bin`. */
  readonly bin: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

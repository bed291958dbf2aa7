/** Who asks, where the house knows its clients by name, and what that client may ask for. */

import type { ModelFilter } from './model-filter.ts'

export interface Client {
  readonly name: string
  /** Absent: every model. */
  readonly models?: ModelFilter
  /** Names of providers; absent: all. */
  readonly providers?: ReadonlySet<string>
}

/** Management: providers and configuration, changed while the gateway runs. */

export type { ConfigSources } from './config-keeper.ts'
export { type Management, openManagement } from './management.ts'

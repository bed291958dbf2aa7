/** `sluice openapi`: everything that can be asked of the gateway, for tools or for readers. */

import { apiPage, openApi } from '#api'
import { print } from './config-sources.ts'
import { version } from './version.ts'

export interface OpenApiFlags {
  readonly page?: boolean
}

export async function printOpenApi({ page = false }: OpenApiFlags): Promise<void> {
  print(page ? (await apiPage()).trimEnd() : JSON.stringify(await openApi(version()), undefined, 2))
}

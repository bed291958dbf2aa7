/** What can be asked of the gateway: one table, from which routes are checked, and OpenAPI and the page are made. */

export { OPERATIONS } from './chapters.ts'
export { FORWARDED, type ForwardMethod } from './forwarded-chapter.ts'
export { type Method, type Operation, pathPattern, shownPath } from './operation.ts'

/** Loaded when somebody asks. */
export async function openApi(version: string): Promise<object> {
  const document = await import('./openapi.ts')
  return document.openApi(version)
}

/** Loaded when somebody asks. */
export async function apiPage(): Promise<string> {
  const page = await import('./page.ts')
  return page.apiPage()
}

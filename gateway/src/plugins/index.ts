/** The middlewares: what one is, how modules bring them, and those that are built in. */

export type { CallHooks } from './call-hooks.ts'
export type { Chain } from './chain.ts'
export type {
  AnswerEvent,
  Asked,
  AskedChange,
  Ending,
  HeaderChanges,
  HookedCall,
  MakeMiddleware,
  Middleware,
  MiddlewareTools,
} from './middleware.ts'
export { type MiddlewareState, openPlugins, type Plugins, typesOf } from './plugins.ts'

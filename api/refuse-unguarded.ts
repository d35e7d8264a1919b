import type { Guard } from './auth.ts'
import type { createRouter } from './openapi.ts'
import { PUBLIC_ROUTES } from './public-routes.ts'

type App = Pick<ReturnType<typeof createRouter>, 'routes' | 'openAPIRegistry'>

/**
 * What is neither guarded by a scope nor named as public is not served: the process does not start.
 * @throws {Error} naming each route that is open, or says another scope than the one it is guarded by
 */
export function refuseUnguarded(app: App): void {
  const guards = scopesByRoute(app.routes)
  const said = saidByRoute(app.openAPIRegistry.definitions)
  const wrong = [...guards].flatMap(([route, scopes]) => {
    const path = route.split(' ')[1]!
    if (path === '/docs' || path.startsWith('/docs/')) return []
    if (PUBLIC_ROUTES.includes(path))
      return scopes.size === 0 ? [] : [`${route} is said to be public`]
    if (scopes.size === 0) return [`${route} has no guard`]
    const [guarded, declared] = [[...scopes].join(), said.get(route)?.join()]
    return guarded === declared ? [] : [`${route} wants ${guarded} and says ${declared}`]
  })
  if (wrong.length > 0) throw new Error(`Routes that anybody could call: ${wrong.join('; ')}`)
}

/** `GET /v1/feeds/{id}` → the scopes of its guards. */
function scopesByRoute(routes: App['routes']): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { method, path, handler } of routes) {
    if (method === 'ALL') continue
    const route = `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`
    const scopes = found.get(route) ?? new Set()
    found.set(route, scopes)
    const { scope } = handler as unknown as Partial<Guard>
    if (scope !== undefined) scopes.add(scope)
  }
  return found
}

function saidByRoute(definitions: App['openAPIRegistry']['definitions']): Map<string, string[]> {
  return new Map(
    definitions.flatMap((definition) => {
      if (definition.type !== 'route') return []
      const { method, path, security = [] } = definition.route
      return [[`${method.toUpperCase()} ${path}`, security.flatMap(({ apiKey = [] }) => apiKey)]]
    }),
  )
}

import { setTimeout as pause } from 'node:timers/promises'

export type Import = {
  id: string
  workflowId: string
  state: 'queued' | 'running' | 'awaiting-apply' | 'completed' | 'failed' | 'cancelled'
  encoding: string
  counts: Record<'created' | 'updated' | 'unchanged' | 'rejected' | 'deactivated', number>
  problem?: { code: string; detail: string; line?: number; column?: number }
}

export type Page<T> = { items: T[]; nextCursor: string | null }

/** The marketplace over HTTP, as any stranger would call it. */
export function createApi(baseUrl: string) {
  const call = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(new URL(path, baseUrl), init)
    if (!response.ok)
      throw new Error(
        `${init.method ?? 'GET'} ${path}: ${response.status} ${await response.text()}`,
      )
    return (await response.json()) as T
  }
  const as = (apiKey: string) => ({ authorization: `Bearer ${apiKey}` })

  return {
    get: <T>(path: string, apiKey?: string) => call<T>(path, { headers: apiKey ? as(apiKey) : {} }),

    post: <T>(apiKey: string, path: string, body: object) =>
      call<T>(path, {
        method: 'POST',
        headers: { ...as(apiKey), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),

    upload(
      apiKey: string,
      shopId: string,
      file: { name: string; bytes: Uint8Array<ArrayBuffer> | Blob },
      headers: Record<string, string> = {},
    ): Promise<Import> {
      const form = new FormData()
      form.set('shopId', shopId)
      form.set('file', new Blob([file.bytes]), file.name)
      return call('/v1/imports', {
        method: 'POST',
        headers: { ...as(apiKey), ...headers },
        body: form,
      })
    },

    /** Asks until the import has ended. */
    async finished(apiKey: string, importId: string): Promise<Import> {
      for (;;) {
        const found = await call<Import>(`/v1/imports/${importId}`, { headers: as(apiKey) })
        if (['completed', 'failed', 'cancelled'].includes(found.state)) return found
        await pause(100)
      }
    },
  }
}

import type { Hono } from 'hono'
import { hc } from 'hono/client'
import type { Schema } from './schema.ts'

/** Every route by its path: `client.v1.feeds[':id'].$get({ param: { id } })`. */
export type Client = ReturnType<typeof hc<Hono<object, Schema, '/'>>>

export type ClientOptions = {
  /** Where the API is: `https://api.example`. */
  baseUrl: string
  /** `mk_…`; without one only what is public answers. */
  apiKey?: string
  /** Instead of the global one. */
  fetch?: typeof fetch
}

/** A typed client of the marketplace's API. Failures are answers too: look at `ok` or `status`, then at `json()`. */
export const createClient = ({ baseUrl, apiKey, fetch }: ClientOptions): Client =>
  hc<Hono<object, Schema, '/'>>(baseUrl, {
    headers: { ...(apiKey && { Authorization: `Bearer ${apiKey}` }) },
    ...(fetch && { fetch }),
  })

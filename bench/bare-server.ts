import { Hono } from 'hono'
import type { AddressInfo } from 'node:net'
import { showFeed } from '../api/feeds/feed-view.ts'
import { createServer, listen } from '../api/server.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { readConfig, roleUrl } from '../config.ts'
import { findOwnFeed } from '../db/integrations/feed-queries.ts'
import { asSeller } from '../db/tenancy.ts'
import { serveOrders } from './cache/helper-process.ts'

export type BareOrder = { sellerId: string }
export type BareReport = { url: string }

const seller = connectPostgres({
  url: roleUrl(readConfig('api'), 'seller'),
  applicationName: 'bench-bare',
})

/** The handler of `GET /v1/feeds/{id}` in a process of its own, with nothing around it. */
serveOrders<BareOrder, BareReport>(async ({ sellerId }) => {
  const app = new Hono().get('/v1/feeds/:id', async (c) => {
    const row = await asSeller(seller.db, sellerId, (trx) => findOwnFeed(trx, c.req.param('id')))
    return row ? c.json(showFeed(row, new URL(c.req.url).origin), 200) : c.notFound()
  })
  const server = createServer({ fetch: app.fetch })
  await listen(server, { host: '127.0.0.1', port: 0 })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})

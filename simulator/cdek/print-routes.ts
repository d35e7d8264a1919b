import { refuse } from './errors.ts'
import { baseOf, json, readJson, type Answer, type Routes } from './http.ts'
import type { Orders } from './orders.ts'
import type { FormKind, Forms } from './print.ts'

/** Waybills and barcodes. */
export function addPrintRoutes(routes: Routes, answer: Answer, orders: Orders, forms: Forms): void {
  for (const kind of ['orders', 'barcodes'] satisfies FormKind[]) {
    routes.post(`/v2/print/${kind}`, async (c) => {
      const { orders: asked = [], ...options } = await readJson<{
        orders?: { order_uuid?: string; cdek_number?: number }[]
      }>(c)
      return answer(c, 'track', undefined, () => {
        if (asked.length === 0) refuse('v2_field_is_empty', 'orders')
        if (asked.length > 100) refuse('v2_invalid_format', asked.length, 'orders')
        const account = c.get('account')
        const found = asked.map(({ order_uuid: uuid, cdek_number: number }) =>
          uuid ? orders.get(uuid) : orders.byCdekNumber(String(number)),
        )
        const good = found.filter((order) => order?.account === account)
        if (good.length === 0) refuse('orders_number_is_empty')
        if (good.some((order) => !order?.cdekNumber)) refuse('v2_entity_not_ready')
        const list = good.map((order) => ({
          order_uuid: order!.uuid,
          cdek_number: order!.cdekNumber!,
        }))
        return json(forms.order(account, kind, list, options, baseOf(c)), 202)
      })
    })
    routes.get(`/v2/print/${kind}/:file`, (c) => {
      const [uuid = '', extension] = c.req.param('file').split('.')
      const isFile = extension === 'pdf'
      return answer(c, 'track', undefined, () => {
        const form = forms.find(c.get('account'), kind, uuid)
        if (!form) return refuse('v2_entity_not_found', uuid)
        if (!isFile) return json(forms.toJson(form, baseOf(c)))
        const pdf = forms.pdf(form) ?? refuse('v2_entity_not_ready')
        return new Response(new Uint8Array(pdf), { headers: { 'content-type': 'application/pdf' } })
      })
    })
  }
}

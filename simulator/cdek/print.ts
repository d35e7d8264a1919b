import { pdfOf } from '../pdf.ts'
import { uuidOf } from '../random.ts'
import type { World } from '../world.ts'
import { cdekInstant } from './dates.ts'
import type { Webhooks } from './webhooks.ts'

export type FormKind = 'orders' | 'barcodes'
export type Forms = ReturnType<typeof openForms>
type Form = {
  uuid: string
  account: string
  kind: FormKind
  orders: { order_uuid: string; cdek_number: string }[]
  options: Record<string, unknown>
  requestUuid: string
  statuses: { code: 'ACCEPTED' | 'PROCESSING' | 'READY' | 'REMOVED'; at: number }[]
}

const names = {
  ACCEPTED: 'Принят',
  PROCESSING: 'Формируется',
  READY: 'Сформирован',
  REMOVED: 'Удален',
}
const HOUR_MS = 3_600_000

/** Waybills and barcodes: made within a second, kept for an hour. */
export function openForms(world: World, webhooks: Webhooks) {
  const { store, clock, schedule, seed } = world
  const table = store.table<Form>('cdek-form')

  schedule.handle<{ uuid: string; code: 'READY' | 'REMOVED'; base: string }>(
    'cdek-form',
    ({ uuid, code, base }, at) => {
      const form = table.get(uuid)
      if (!form) return
      form.statuses.push({ code, at })
      table.put(uuid, form)
      if (code === 'REMOVED') return
      schedule.add(at + HOUR_MS, 'cdek-form', { uuid, code: 'REMOVED', base })
      const type = form.kind === 'orders' ? 'WAYBILL' : 'BARCODE'
      webhooks.tellPrintForm(form.account, uuid, type, urlOf(base, form))
    },
  )

  const urlOf = (base: string, { kind, uuid }: Form) => `${base}/v2/print/${kind}/${uuid}.pdf`
  const request = ({ requestUuid, statuses: [first] }: Form, type: string, state: string) => ({
    ...{ request_uuid: requestUuid, type, date_time: cdekInstant(first!.at), state },
  })

  return {
    /** @param base under which the form will be found */
    order(
      account: string,
      kind: FormKind,
      orders: Form['orders'],
      options: Form['options'],
      base: string,
    ) {
      const number = store.next('cdek-form')
      const at = clock.now()
      const form: Form = {
        ...{ uuid: uuidOf(seed, 'cdek-form', number), account, kind, orders, options },
        requestUuid: uuidOf(seed, 'cdek-form-request', number),
        statuses: [{ code: 'ACCEPTED', at }],
      }
      table.put(form.uuid, form)
      schedule.add(at + 700, 'cdek-form', { uuid: form.uuid, code: 'READY', base })
      return { entity: { uuid: form.uuid }, requests: [request(form, 'CREATE', 'ACCEPTED')] }
    },
    find(account: string, kind: FormKind, uuid: string): Form | undefined {
      const found = table.get(uuid)
      return found?.account === account && found.kind === kind ? found : undefined
    },
    toJson(form: Form, base: string) {
      const code = form.statuses.at(-1)?.code
      return {
        entity: {
          ...{ uuid: form.uuid, orders: form.orders.map(printOrder), ...form.options },
          ...(code === 'READY' ? { url: urlOf(base, form) } : {}),
          statuses: form.statuses.map((one) => ({
            ...{ code: one.code, name: names[one.code], date_time: cdekInstant(one.at) },
          })),
        },
        requests: [request(form, 'CREATE', 'SUCCESSFUL')],
        related_entities: [],
      }
    },
    pdf(form: Form): Buffer | undefined {
      if (form.statuses.at(-1)?.code !== 'READY') return undefined
      const numbers = form.orders.map(({ cdek_number: number }) => number)
      return pdfOf([`CDEK ${form.kind === 'orders' ? 'WAYBILL' : 'BARCODE'}`, ...numbers])
    },
  }
}

const printOrder = ({ order_uuid, cdek_number }: Form['orders'][number]) => ({
  ...{ order_uuid, cdek_number: Number(cdek_number) },
})

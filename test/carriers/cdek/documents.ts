import { randomUUID } from 'node:crypto'

export const uuid = '72753031-0b54-4d9b-8f1b-6a1f0a3d5c11'
export const number = '1106207236'

export const token = {
  ...{ access_token: 'eyJ.t.1', token_type: 'bearer', expires_in: 3599, scope: 'order:all' },
  jti: 'c1',
}

type Told = { code: string; message?: string }
type Request = { type?: string; state: string; at?: string; errors?: Told[]; warnings?: Told[] }

const worded = (all: Told[] | undefined) => all?.map((one) => ({ message: 'сообщение', ...one }))
export const requestOf = ({ type = 'CREATE', state, at, errors, warnings }: Request) => ({
  request_uuid: randomUUID(),
  type,
  date_time: at ?? '2026-01-15T09:00:01+0000',
  state,
  ...(errors ? { errors: worded(errors) } : {}),
  ...(warnings ? { warnings: worded(warnings) } : {}),
})

export const registered = (request: Request, entity: object | null = { uuid }) => ({
  ...(entity ? { entity } : {}),
  requests: [requestOf(request)],
  related_entities: [],
})

export const refused = (...errors: Told[]) => ({ errors: worded(errors) })

type Status = {
  code: string
  at?: string
  reason_code?: string
  deleted?: boolean
  city?: string
}
export const statusOf = ({ at, ...rest }: Status) => ({
  name: 'Статус',
  date_time: at ?? '2026-01-15T09:00:02+0000',
  city: 'Москва',
  ...rest,
})

export const order = ({
  entity = {},
  statuses = [{ code: 'ACCEPTED', at: '2026-01-15T09:00:01+0000' }, { code: 'CREATED' }],
  requests = [{ state: 'SUCCESSFUL' }],
  related = [],
}: {
  entity?: object
  statuses?: Status[]
  requests?: Request[]
  related?: object[]
} = {}) => ({
  entity: {
    uuid,
    type: 1,
    is_return: false,
    is_reverse: false,
    is_client_return: false,
    cdek_number: number,
    number: 'A-1001-1',
    tariff_code: 139,
    sender: { name: 'Склад', phones: [{ number: '+74951234567' }] },
    recipient: { name: 'Иван Петров', phones: [{ number: '+79161234567' }] },
    from_location: { code: 44, city: 'Москва', country_code: 'RU' },
    to_location: { code: 137, city: 'Санкт-Петербург', country_code: 'RU' },
    packages: [{ number: '1', weight: 1250 }],
    delivery_mode: '1',
    statuses: statuses.map(statusOf),
    ...entity,
  },
  requests: requests.map(requestOf),
  related_entities: related,
})

const tariff = (code: number, mode: number, sum: number, more: object = {}) => ({
  tariff_code: code,
  tariff_name: `Тариф ${code}`,
  delivery_mode: mode,
  delivery_sum: sum,
  ...{ period_min: 2, period_max: 3 },
  ...more,
})
export const tariffs = {
  tariff_codes: [
    tariff(139, 1, 745.5, { calendar_min: 2, calendar_max: 4 }),
    tariff(138, 2, 520),
    tariff(233, 1, 410.01),
    tariff(366, 6, 390),
    tariff(136, 4, 300),
    tariff(8, 8, 100),
  ],
}

export const office = (more: object = {}) => ({
  code: 'SPB12',
  uuid,
  name: 'На Невском',
  type: 'PVZ',
  owner_code: 'CDEK',
  work_time: 'Пн-Пт 09:00-21:00',
  phones: [{ number: '+78121234567' }],
  ...{ take_only: false, is_handout: true, is_reception: true, is_dressing_room: true },
  ...{ have_cashless: true, have_cash: false, have_fast_payment_system: true, allowed_cod: true },
  work_time_list: [
    { day: 1, time: '09:00/21:00' },
    { day: 6, time: '10:00/16:00' },
  ],
  work_time_exception_list: [
    { date_start: '2026-03-08', date_end: '2026-03-08', is_working: false },
    {
      ...{ date_start: '2026-04-30', date_end: '2026-05-01', is_working: true },
      ...{ time_start: '10:00', time_end: '15:00' },
    },
  ],
  location: {
    ...{ country_code: 'RU', region_code: 82, region: 'Санкт-Петербург' },
    ...{ city_code: 137, city: 'Санкт-Петербург', longitude: 30.33, latitude: 59.93 },
    ...{ address: 'Невский пр-кт, 28', address_full: 'Россия, Санкт-Петербург, Невский, 28' },
  },
  ...more,
})
export const locker = office({
  ...{ code: 'SPB900', name: undefined, type: 'POSTAMAT', weight_max: 15 },
  dimensions: [{ width: 35, height: 18, depth: 60 }],
})

export const form = (...codes: string[]) => ({
  entity: {
    uuid,
    orders: [{ order_uuid: uuid }],
    ...{ copy_count: 1, type: 'tpl_russia', url: 'https://api.cdek.ru/v2/print/orders/x.pdf' },
    statuses: codes.map((code, second) => ({
      ...{ code, name: code },
      date_time: `2026-01-15T09:00:0${second}+0000`,
    })),
  },
  requests: [requestOf({ type: 'CREATE', state: 'SUCCESSFUL' })],
  related_entities: [],
})

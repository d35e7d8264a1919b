import type { Context } from 'hono'
import { languageOf, type Text } from './language.ts'

/** Every way in which a request fails. The code is the last part of `type`, and clients may rely on it. */
const KINDS = {
  'validation-failed': kind(400, 'Запрос не прошёл проверку', 'The request is not valid'),
  'malformed-body': kind(400, 'Тело запроса не читается', 'The body cannot be read'),
  'invalid-cursor': kind(400, 'Недействительный курсор', 'The cursor is not valid'),
  'malformed-request': kind(400, 'Это не запрос HTTP', 'This is not a request of HTTP'),
  unauthenticated: kind(401, 'Нужен действующий ключ API', 'A valid API key is needed'),
  forbidden: kind(403, 'Недостаточно прав', 'The key does not permit this'),
  'not-found': kind(404, 'Не найдено', 'Not found'),
  'method-not-allowed': kind(405, 'Метод не поддерживается', 'The method is not allowed'),
  'not-acceptable': kind(406, 'Такого представления нет', 'No such representation'),
  'request-timeout': kind(408, 'Запрос не дошёл вовремя', 'The request did not arrive in time'),
  conflict: kind(409, 'Сейчас это невозможно', 'Not possible in this state'),
  'idempotency-in-progress': kind(
    409,
    'Запрос с этим ключом ещё выполняется',
    'A request with this key is in progress',
  ),
  'out-of-stock': kind(409, 'Товара не хватает', 'There is not enough of the goods'),
  'price-changed': kind(409, 'Цена изменилась', 'The price has changed'),
  'payload-too-large': kind(413, 'Слишком большой запрос', 'The request is too large'),
  'unsupported-media-type': kind(
    415,
    'Тип содержимого не поддерживается',
    'The media type is not supported',
  ),
  'headers-too-large': kind(431, 'Слишком длинные заголовки', 'The headers are too large'),
  'idempotency-mismatch': kind(
    422,
    'Ключ идемпотентности уже занят другим запросом',
    'The idempotency key belongs to another request',
  ),
  'order-refused': kind(422, 'Такой заказ невозможен', 'Such an order is not possible'),
  'too-many-requests': kind(429, 'Слишком много запросов', 'Too many requests'),
  'unreadable-file': kind(422, 'Файл не похож на каталог', 'The file is not a catalogue'),
  'not-supported-yet': kind(422, 'Пока не поддерживается', 'Not supported yet'),
  internal: kind(500, 'Внутренняя ошибка', 'Internal error'),
  unavailable: kind(503, 'Сервис временно недоступен', 'The service is unavailable for a moment'),
  timeout: kind(504, 'Ответ не готов вовремя', 'The answer was not ready in time'),
}

function kind<Status extends number>(status: Status, ru: string, en: string) {
  return { status, title: { ru, en } }
}

export type ProblemCode = keyof typeof KINDS
export type ProblemStatus = (typeof KINDS)[ProblemCode]['status']

/** `path` names the field with dots (`lines.0.quantity`); empty when the whole is meant. */
export type FieldError = { path: string; message: Text }

export type ProblemOptions = {
  detail?: Text
  errors?: FieldError[]
  headers?: Record<string, string>
  /** Members of its own for one kind, as RFC 9457 permits. */
  extensions?: Record<string, unknown>
  cause?: unknown
}

/** Throw it anywhere below a route: it leaves as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override name = 'Problem'
  readonly code: ProblemCode
  readonly options: ProblemOptions

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail?.en ?? KINDS[code].title.en, { cause: options.cause })
    this.code = code
    this.options = options
  }

  get status(): ProblemStatus {
    return KINDS[this.code].status
  }
}

/** The failure as the caller sees it, in the caller's language. */
export function answerProblem(c: Context, problem: Problem): Response {
  const language = languageOf(c)
  const { detail, errors, headers, extensions } = problem.options
  const { status, title } = KINDS[problem.code]
  const body = {
    type: `/problems/${problem.code}`,
    title: title[language],
    status,
    ...(detail && { detail: detail[language] }),
    instance: c.req.path,
    ...(errors && {
      errors: errors.map(({ path, message }) => ({ path, message: message[language] })),
    }),
    ...extensions,
  }
  return c.body(JSON.stringify(body), status, {
    ...headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Language': language,
    'Cache-Control': 'no-store',
  })
}

/** A failure of this status as it is shown in the OpenAPI document. */
export function problemExample(status: ProblemStatus) {
  const [code, { title }] = Object.entries(KINDS).find(([, kind]) => kind.status === status)!
  return { type: `/problems/${code}`, title: title.ru, status }
}

/** A failure that nothing is known of but its kind, in Russian. */
export function problemText(code: ProblemCode): { status: ProblemStatus; body: string } {
  const { status, title } = KINDS[code]
  return { status, body: JSON.stringify({ type: `/problems/${code}`, title: title.ru, status }) }
}

export const notFound = (detail?: Text) => new Problem('not-found', detail ? { detail } : {})

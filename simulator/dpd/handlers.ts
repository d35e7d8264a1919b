import type { Operation, Struck } from '../faults.ts'
import type { Value } from './schema.ts'
import { SoapFault } from './soap.ts'

export type Answer = Record<string, Value>
export type Handler = {
  operation: Operation
  /** Of the client's own, by which faults find it. */
  reference?: (request: never) => string | undefined
  answer(request: never, client: number, struck: Struck): Answer
}
/** By service and operation: `order2 createOrder`. */
export type Handlers = Map<string, Handler>

/** Adds what answers some operations of a service. */
export type Handle = <R>(
  operation: Operation,
  names: string[],
  answer: (request: R, client: number, struck: Struck) => Answer,
  reference?: (request: R) => string | undefined,
) => void

export const handleInto =
  (handlers: Handlers): Handle =>
  (operation, names, answer, reference) => {
    for (const name of names)
      handlers.set(name, { operation, answer, ...(reference ? { reference } : {}) } as Handler)
  }

export const missing = (field: string) =>
  new SoapFault('missing-value', `Не заполнено обязательное поле ${field}`)
export const wrongValue = (field: string) =>
  new SoapFault('error-value', `Недопустимое значение поля ${field}`)
export const noData = () => new SoapFault('no-data-found', 'Данные не найдены')

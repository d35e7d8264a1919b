export { fulfilOrder } from './fulfil-order.ts'

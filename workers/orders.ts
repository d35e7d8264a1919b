import { createOrdersActivities } from '../activities/orders/index.ts'
import { connectPostgres } from '../clients/postgres.ts'
import { roleUrl } from '../config.ts'
import { ordersQueue } from '../contracts/orders.ts'
import type { CreateDomainWorker } from './worker.ts'

export const createOrdersWorker: CreateDomainWorker = ({ config }) => {
  const system = connectPostgres({
    url: roleUrl(config, 'system'),
    applicationName: 'yarmarka-orders',
    max: 8,
  })
  return {
    workflows: 'orders',
    options: {
      taskQueue: ordersQueue,
      activities: createOrdersActivities({
        system: system.db,
        remindHours: config.ORDER_REMIND_HOURS,
        cancelHours: config.ORDER_CANCEL_HOURS,
      }),
      maxConcurrentActivityTaskExecutions: 8,
    },
    close: () => system.close(),
  }
}

import { metrics } from '@opentelemetry/api'

const meter = metrics.getMeter('yarmarka')

/** By carrier and what became of it. */
export const attempts = meter.createCounter('logistics.attempts', {
  description: 'Bookings asked of carriers, by outcome',
})
export const failover = meter.createHistogram('logistics.failover', {
  unit: 's',
  description: 'From giving one carrier up until the next has booked',
})
export const slaMisses = meter.createCounter('logistics.sla_misses', {
  description: 'What carriers were expected to do in time and did not',
})
export const unknownCodes = meter.createCounter('logistics.unknown_codes', {
  description: 'Tracking codes of carriers that nobody has given a meaning',
})
export const wokenLosers = meter.createCounter('logistics.woken_losers', {
  description: 'Bookings that were settled and came to life',
})
export const deliveryProblems = meter.createCounter('logistics.delivery_problems', {
  description: 'What carriers could not deliver as planned, by reason',
})
export const replans = meter.createCounter('logistics.replans', {
  description: 'Buyers who were told another day than was promised, by why',
})
export const compensations = meter.createCounter('logistics.compensations', {
  description:
    'What became due for late, lost and returned parcels, and its corrections, by reason',
})
export const pollFailures = meter.createCounter('logistics.poll_failures', {
  description: 'Answers about bookings that could not be kept',
})
export const queuedChanges = meter.createCounter('logistics.queued_changes', {
  description: 'Changes from queues of carriers, by outcome',
})
export const carrierWebhooks = meter.createCounter('logistics.carrier_webhooks', {
  description: 'Calls from carriers, by outcome',
})

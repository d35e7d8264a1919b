import { expect, it } from 'vitest'
import { crowd } from '../../api/storefront/crowd.ts'

it('lets some run, some wait, and refuses the rest at once', async () => {
  const admitted = crowd(2, 1)
  const begun: PromiseWithResolvers<string>[] = []
  const work = () => {
    const one = Promise.withResolvers<string>()
    begun.push(one)
    return one.promise
  }
  const [first, second, third] = [admitted(work), admitted(work), admitted(work)]
  await expect(admitted(work)).rejects.toMatchObject({ code: 'unavailable' })
  expect(begun).toHaveLength(2)

  begun[1]!.reject(new Error('its own'))
  await expect(second).rejects.toThrow('its own')
  begun[0]!.resolve('first')
  expect(await first).toBe('first')
  begun[2]!.resolve('third')
  expect(await third).toBe('third')
  const fourth = admitted(work)
  begun[3]!.resolve('fourth')
  expect(await fourth).toBe('fourth')
})

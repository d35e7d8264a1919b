import { formatMinor } from '../../domain/integrations/money.ts'
import { generateGoods, kinds, parents } from './goods.ts'

/** A believable feed: the same count and seed always make the same bytes, about half a kilobyte per offer. */
export async function* generateYml({
  offers,
  seed = 1,
}: {
  offers: number
  seed?: number
}): AsyncGenerator<Buffer> {
  const roots = parents.map((name, at) => `<category id="${at + 1}">${name}</category>`)
  const categories = kinds.map(
    (kind, at) =>
      `<category id="${at + 10}" parentId="${1 + (at % parents.length)}">${kind}</category>`,
  )
  let text = `<?xml version="1.0" encoding="UTF-8"?>
<yml_catalog date="2026-11-23T12:00:00+03:00"><shop><name>Большая лавка</name><company>ООО «Лавка»</company>
<currencies><currency id="RUR" rate="1"/></currencies>
<categories>${[...roots, ...categories].join('\n')}</categories>
<offers>\n`
  for (const good of generateGoods({ count: offers, seed })) {
    const old = good.oldPriceMinor
    text += `<offer id="${good.id}" available="true"><name>${escape(good.name)}</name>
<url>${escape(good.url)}</url><price>${formatMinor(good.priceMinor, 'RUB')}</price>${
      old === undefined ? '' : `<oldprice>${formatMinor(old, 'RUB')}</oldprice>`
    }<currencyId>RUR</currencyId><categoryId>${kinds.indexOf(good.kind) + 10}</categoryId><picture>${good.picture}</picture>
<vendor>${escape(good.brand)}</vendor><vendorCode>${good.vendorCode}</vendorCode><description><![CDATA[${good.description}]]></description>
<barcode>${good.barcode}</barcode><param name="Цвет">${good.colour}</param><param name="Мощность" unit="Вт">${good.watts}</param><count>${good.units}</count></offer>\n`
    if (text.length > 60_000) {
      yield Buffer.from(text)
      text = ''
    }
  }
  yield Buffer.from(`${text}</offers></shop></yml_catalog>\n`)
}

const escape = (text: string) => text.replaceAll('&', '&amp;')

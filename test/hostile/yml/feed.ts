export const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
export const HEAD = `<yml_catalog date="2026-11-23"><shop>
<categories><category id="1">Посуда</category></categories>
<offers>
`
export const TAIL = '\n</offers></shop></yml_catalog>'

/** A feed with one category, `1`. */
export const feed = (offers: string, before = DECLARATION) => `${before}${HEAD}${offers}${TAIL}`

/** An offer with all that it needs and `more`. */
export const offer = (more = '', attributes = 'id="1"') =>
  `<offer ${attributes}><name>Чайник</name><price>100</price><currencyId>RUB</currencyId><categoryId>1</categoryId>${more}</offer>`

import { sql, type Kysely } from 'kysely'

/**
 * What buyers call one thing by several names. Without `means`, `terms` mean each other; with it, `terms` also find
 * `means`, and not the other way round.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    create table search_synonym (
      id bigint generated always as identity primary key,
      terms text[] not null check (cardinality(terms) > 0),
      means text[] not null default '{}',
      check (cardinality(terms) + cardinality(means) > 1)
    )`)
  await run('grant select on search_synonym to yarmarka_storefront')
  await run('grant select, insert, update, delete on search_synonym to yarmarka_system')

  for (const group of [...SAME, ...BRANDS]) {
    const terms = group.split(', ')
    await sql`insert into search_synonym (terms) values (${terms}::text[])`.execute(db)
  }
  for (const rule of NARROWER) {
    const [terms, means] = rule.split(' > ').map((side) => side.split(', '))
    await sql`insert into search_synonym (terms, means) values (${terms}::text[], ${means}::text[])`.execute(
      db,
    )
  }
}

const SAME = [
  'смартфон, мобильный телефон, сотовый телефон, мобильник',
  'ноутбук, лаптоп, ноут',
  'телевизор, телик, тв',
  'умные часы, смарт-часы, смарт часы',
  'внешний аккумулятор, повербанк, power bank, пауэрбанк',
  'зарядное устройство, зарядка',
  'роутер, маршрутизатор',
  'мфу, многофункциональное устройство',
  'твердотельный накопитель, ssd',
  'флешка, usb-накопитель, флеш-накопитель',
  'клавиатура, клава',
  'мышь компьютерная, мышка компьютерная',
  'геймпад, джойстик',
  'игровая приставка, игровая консоль',
  'блютуз, bluetooth',
  'вайфай, вай фай, wi-fi, wifi',
  'стиральная машина, стиралка',
  'посудомоечная машина, посудомойка',
  'микроволновая печь, микроволновка, свч-печь, свч печь, свч',
  'духовой шкаф, духовка',
  'варочная панель, варочная поверхность',
  'электрический чайник, электрочайник',
  'кондиционер, кондей, сплит-система, сплит система',
  'холодильник, холодос',
  'морозильная камера, морозилка, морозильник',
  'обогреватель, радиатор отопления',
  'электробритва, электрическая бритва',
  'угловая шлифмашина, ушм, болгарка',
  'шуруповерт, дрель-шуруповерт',
  'лобзик электрический, электролобзик',
  'бензопила, бензиновая пила',
  'аккумуляторная батарея, акб, аккумулятор',
  'шина, автошина, покрышка',
  'щетка стеклоочистителя, дворники',
  'видеорегистратор, авторегистратор',
  'антифриз, охлаждающая жидкость',
  'подгузники, памперсы',
  'автокресло, детское кресло в машину',
  'самокат, скутер',
  'велосипед, велик',
  'конструктор, лего',
  'мягкая игрушка, плюшевая игрушка',
  'кроссовки, кроссы',
  'толстовка, худи, свитшот',
  'свитер, джемпер, пуловер',
  'брюки, штаны',
  'бюстгальтер, лифчик',
  'тапочки, тапки',
  'кепка, бейсболка',
  'рюкзак, ранец, портфель',
  'постельное белье, комплект постельного белья, кпб',
  'лампочка, лампа светодиодная',
  'елка, ель',
  'табурет, табуретка',
  'духи, парфюм, парфюмерная вода',
  'шампунь, шампунька',
  'сковорода, сковородка',
  'картофель, картошка',
  'гб, gb',
  'тб, tb',
]

/** As they are said in Russian where plain transliteration does not lead there, or leads elsewhere. */
const BRANDS = [
  'apple, эпл, эппл',
  'iphone, айфон',
  'ipad, айпад',
  'macbook, макбук',
  'airpods, аирподс, эйрподс',
  'samsung, самсунг',
  'galaxy, галакси, гэлакси',
  'xiaomi, ксиоми, сяоми, шаоми, ксяоми, ксиаоми',
  'redmi, редми',
  'huawei, хуавей, хуавэй',
  'honor, хонор',
  'sony, сони',
  'playstation, плейстейшн, плейстейшен',
  'xbox, иксбокс',
  'lg, элджи',
  'philips, филипс',
  'bosch, бош',
  'siemens, сименс',
  'tefal, тефаль',
  'dyson, дайсон',
  'makita, макита',
  'karcher, керхер',
  'husqvarna, хускварна, хусварна',
  'stihl, штиль',
  'michelin, мишлен',
  'goodyear, гудиер',
  'shell, шелл',
  'nike, найк',
  'adidas, адидас',
  'reebok, рибок',
  'new balance, нью баланс, нью беланс',
  'lego, лего',
  'huggies, хаггис',
  "l'oreal, лореаль",
  'garnier, гарньер',
  'lenovo, леново',
  'asus, асус',
  'logitech, логитек, лоджитек',
  "de'longhi, делонги",
  'royal canin, роял канин',
  'whiskas, вискас',
  'watch, вотч',
  'pro, про',
  'max, макс',
  'plus, плюс',
]

const NARROWER = [
  'телефон > смартфон',
  'резина > шина',
  'незамерзайка > жидкость незамерзающая',
  'кофта > свитер, джемпер, кардиган, толстовка',
  'обувь > кроссовки, ботинки, туфли, сапоги',
  'редми ноут, редми нот > redmi note',
  'зимняя обувь > зимние ботинки, зимние сапоги',
  'гаджет > смартфон, умные часы',
  'посуда > тарелка, кастрюля, сковорода, кружка',
]

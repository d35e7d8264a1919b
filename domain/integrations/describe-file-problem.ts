import type {
  CsvDefect,
  FileLimit,
  FileProblem,
  FileProblemCode,
  FileProblemParams,
  XmlDefect,
  ZipFlaw,
} from './file-problem.ts'
import { quotable } from './plain-text.ts'
import type { Language } from './row-errors.ts'

/** Tells the seller what is wrong with the file, where, and what to do. */
export function describeFileProblem(problem: FileProblem, language: Language): string {
  const { line, column, row } = problem
  const { sheet, part } = problem.params ?? {}
  const place: string[] = []
  if (sheet !== undefined) place.push(`${PLACE[language].sheet} «${quotable(sheet)}»`)
  else if (part !== undefined) place.push(quotable(part))
  if (line !== undefined) place.push(`${PLACE[language].line} ${line}`)
  if (column !== undefined) place.push(`${PLACE[language].column} ${column}`)
  if (row !== undefined && row > 0) place.push(`${PLACE[language].row} ${row}`)
  const text = TEXTS[problem.code][language](problem.params ?? {})
  return place.length === 0 ? text : `${text} (${place.join(', ')})`
}

const PLACE = {
  ru: { sheet: 'лист', line: 'строка', column: 'столбец', row: 'предложение' },
  en: { sheet: 'sheet', line: 'line', column: 'column', row: 'offer' },
}

type Text = (params: FileProblemParams) => string

const TEXTS: Record<FileProblemCode, Record<Language, Text>> = {
  'empty-file': {
    ru: () => 'Файл пуст.',
    en: () => 'The file is empty.',
  },
  'html-page': {
    ru: () =>
      'Это страница HTML, а не фид: проверьте адрес, возможно, сайт ответил страницей ошибки или входа.',
    en: () =>
      'This is an HTML page, not a feed: check the address, the site may have answered with an error or login page.',
  },
  'php-source': {
    ru: () =>
      'Это исходный код PHP, а не его вывод: нужен файл, который отдаёт сайт, а не скрипт, который его создаёт.',
    en: () =>
      'This is PHP source, not its output: give the file that the site serves, not the script that makes it.',
  },
  'unsupported-format': {
    ru: ({ format }) => `Похоже на ${format}: этот формат пока не поддерживается.`,
    en: ({ format }) => `This looks like ${format}, a format that is not supported yet.`,
  },
  'unexpected-root': {
    ru: ({ root }) =>
      `Это XML с корневым элементом <${quotable(root ?? '')}>, а не каталог: в YML корневой элемент — <yml_catalog>.`,
    en: ({ root }) =>
      `This is XML with the root element <${quotable(root ?? '')}>, not a catalogue: the root of YML is <yml_catalog>.`,
  },
  'binary-file': {
    ru: () => 'Это двоичный файл, а не текст.',
    en: () => 'This is a binary file, not text.',
  },
  'not-xml': {
    ru: () => 'Это не XML: файл не начинается с элемента.',
    en: () => 'This is not XML: the file does not begin with an element.',
  },
  'internal-dtd': {
    ru: () =>
      'В <!DOCTYPE> есть внутренние объявления: такие файлы не принимаются, уберите часть в квадратных скобках.',
    en: () =>
      'The <!DOCTYPE> has declarations of its own: such files are refused, remove the part in square brackets.',
  },
  'prolog-too-long': {
    ru: ({ most }) => `В первых ${most} байтах нет корневого элемента.`,
    en: ({ most }) => `There is no root element in the first ${most} bytes.`,
  },
  'unsupported-encoding': {
    ru: ({ encoding }) =>
      `Кодировка ${quotable(encoding ?? '')} не поддерживается: сохраните файл в UTF-8 или windows-1251.`,
    en: ({ encoding }) =>
      `The encoding ${quotable(encoding ?? '')} is not supported: save the file as UTF-8 or windows-1251.`,
  },
  'invalid-encoding': {
    ru: ({ encoding, offset }) =>
      `Файл начинается в кодировке ${encoding}, но байт ${offset} в ней невозможен: похоже, смешаны две кодировки или файл повреждён.`,
    en: ({ encoding, offset }) =>
      `The file begins as ${encoding}, but the byte at ${offset} is impossible there: two encodings are mixed, or the file is damaged.`,
  },
  'malformed-xml': {
    ru: ({ defect, text }) =>
      `Ошибка в XML: ${DEFECTS[defect ?? 'syntax'].ru(quotable(text ?? ''))}`,
    en: ({ defect, text }) =>
      `The XML is broken: ${DEFECTS[defect ?? 'syntax'].en(quotable(text ?? ''))}`,
  },
  'malformed-csv': {
    ru: ({ defect }) => `Ошибка в таблице: ${DEFECTS[defect ?? 'nul'].ru('')}`,
    en: ({ defect }) => `The table is broken: ${DEFECTS[defect ?? 'nul'].en('')}`,
  },
  'not-a-table': {
    ru: () => 'Это текст, но не таблица: в нём нет столбцов, разделённых , ; | или табуляцией.',
    en: () => 'This is text, but not a table: it has no columns cut by , ; | or tabs.',
  },
  'no-header': {
    ru: () =>
      'Не нашлась строка с названиями столбцов: над товарами должна стоять строка вроде «id; название; цена; категория».',
    en: () =>
      'No row names the columns: above the goods there must be one like “id; name; price; category”.',
  },
  'mapping-mismatch': {
    ru: ({ column, field }) =>
      column === undefined
        ? `Ни один столбец файла не назван полем ${field ?? 'id'}: укажите, какой это столбец.`
        : `Столбца «${column}», который указан в соответствии столбцов, в файле нет.`,
    en: ({ column, field }) =>
      column === undefined
        ? `No column of the file is the field ${field ?? 'id'}: say which one it is.`
        : `The file has no column “${column}”, which the mapping names.`,
  },
  'limit-exceeded': {
    ru: ({ limit, most }) => `${LIMITS[limit ?? 'token'].ru} (предел ${most}).`,
    en: ({ limit, most }) => `${LIMITS[limit ?? 'token'].en} (at most ${most}).`,
  },
  'no-offers': {
    ru: () => 'В файле нет ни одного предложения.',
    en: () => 'The file has no offers.',
  },
  'damaged-file': {
    ru: ({ format }) =>
      `Файл ${format} повреждён или обрывается: откройте его в Excel и сохраните заново как .xlsx.`,
    en: ({ format }) =>
      `The ${format} file is damaged or cut off: open it in Excel and save it again as .xlsx.`,
  },
  'unsafe-zip': {
    ru: ({ flaw, most, text }) =>
      `Этот архив небезопасно открывать: ${ZIP_FLAWS[flaw ?? 'size'].ru(most, quotable(text ?? ''))}. Сохраните книгу заново в Excel.`,
    en: ({ flaw, most, text }) =>
      `This archive is not safe to open: ${ZIP_FLAWS[flaw ?? 'size'].en(most, quotable(text ?? ''))}. Save the workbook again in Excel.`,
  },
  'encrypted-file': {
    ru: () => 'Файл защищён паролем: снимите защиту и загрузите его снова.',
    en: () => 'The file is protected by a password: remove it and upload the file again.',
  },
  macros: {
    ru: () => 'В книге есть макросы: такие не принимаются, сохраните её как .xlsx без макросов.',
    en: () => 'The workbook has macros and is refused: save it as .xlsx without macros.',
  },
  'too-many-columns': {
    ru: ({ most }) => `Слишком много столбцов: не больше ${most}. Удалите лишние.`,
    en: ({ most }) => `There are too many columns: at most ${most}. Remove those not needed.`,
  },
  'too-heavy': {
    ru: ({ format }) =>
      `Этот файл ${format} слишком велик или сложен для чтения в старом формате: сохраните его в Excel как .xlsx.`,
    en: ({ format }) =>
      `This ${format} file is too large or complex to be read in its old format: save it as .xlsx in Excel.`,
  },
  'source-address': {
    ru: () =>
      'По этому адресу нельзя скачать файл: нужен адрес http или https без логина и пароля.',
    en: () => 'No file can be fetched from this address: give http or https, without credentials.',
  },
  'source-blocked': {
    ru: () =>
      'Адрес ведёт во внутреннюю сеть или на закрытый порт, туда мы не обращаемся: нужен общедоступный адрес.',
    en: () =>
      'The address leads into a private network or to a closed port, where we do not go: give a public one.',
  },
  'source-unreachable': {
    ru: () => 'Сервер с файлом не отвечает: проверьте адрес и что сайт доступен из интернета.',
    en: () => 'The server of the file cannot be reached: check the address, and the site itself.',
  },
  'source-timeout': {
    ru: () => 'Сервер отдаёт файл слишком долго: мы ждали и не дождались.',
    en: () => 'The server took too long to give the file.',
  },
  'source-tls': {
    ru: () =>
      'Сертификат сервера недействителен или выдан на другое имя: обновите его или проверьте адрес.',
    en: () => 'The certificate of the server is not valid for this address: renew it.',
  },
  'source-redirect': {
    ru: ({ redirectsTo }) =>
      `Адрес перенаправляет${redirectsTo === undefined ? '' : ` на ${quotable(redirectsTo)}`}, а переадресации мы не следуем: укажите конечный адрес файла.`,
    en: ({ redirectsTo }) =>
      `The address redirects${redirectsTo === undefined ? '' : ` to ${quotable(redirectsTo)}`}, and redirects are not followed: give the final address of the file.`,
  },
  'source-http-status': {
    ru: ({ status }) => `Сервер ответил кодом ${status} вместо файла.`,
    en: ({ status }) => `The server answered with the status ${status} instead of the file.`,
  },
  'source-malformed': {
    ru: () => 'Ответ сервера повреждён или сжат способом, который мы не принимаем (нужен gzip).',
    en: () => 'The answer of the server is damaged, or packed in a way other than gzip.',
  },
  'source-too-large': {
    ru: ({ most }) => `Файл больше ${most} байт.`,
    en: ({ most }) => `The file is larger than ${most} bytes.`,
  },
  internal: {
    ru: () => 'Не получилось по нашей вине: мы уже разбираемся, попробуйте ещё раз позже.',
    en: () => 'It failed through our fault: we are looking into it, please try again later.',
  },
}

const DEFECTS: Record<XmlDefect | CsvDefect, Record<Language, (text: string) => string>> = {
  'mismatched-tag': {
    ru: (text) => `закрывающий тег не подходит к открытому <${text}>.`,
    en: (text) => `a closing tag does not match the open <${text}>.`,
  },
  truncated: {
    ru: () => 'файл обрывается, не все теги закрыты.',
    en: () => 'the file ends before all tags are closed.',
  },
  'bare-ampersand': {
    ru: (text) => `знак & должен быть записан как &amp;, а здесь «&${text}».`,
    en: (text) => `an & must be written as &amp;, but here is “&${text}”.`,
  },
  'bare-less-than': {
    ru: () => 'знак < в тексте должен быть записан как &lt;, либо тег записан неверно.',
    en: () => 'an < in text must be written as &lt;, or else a tag is miswritten.',
  },
  'unknown-entity': {
    ru: (text) => `неизвестная сущность &${text};, её нет в XML.`,
    en: (text) => `the entity &${text}; is not defined.`,
  },
  'character-reference': {
    ru: () => 'числовая ссылка &#…; не обозначает допустимого символа.',
    en: () => 'a reference &#…; does not stand for a permitted character.',
  },
  'forbidden-character': {
    ru: (text) => `недопустимый символ ${text}.`,
    en: (text) => `a character that is not permitted: ${text}.`,
  },
  'duplicate-attribute': {
    ru: (text) => `атрибут ${text} указан дважды.`,
    en: (text) => `the attribute ${text} is given twice.`,
  },
  'attribute-syntax': {
    ru: () => 'атрибут записан неверно, нужно имя="значение".',
    en: () => 'an attribute is not written as name="value".',
  },
  'text-outside-root': {
    ru: () => 'текст или второй элемент вне корневого элемента.',
    en: () => 'text or a second element outside the root element.',
  },
  'malformed-comment': {
    ru: () => 'внутри комментария стоят два дефиса (--).',
    en: () => 'a comment has two hyphens (--) inside.',
  },
  'cdata-end': {
    ru: () => 'знаки ]]> стоят вне раздела CDATA.',
    en: () => 'the characters ]]> stand outside a CDATA section.',
  },
  'misplaced-declaration': {
    ru: () => 'объявление <?xml или <!DOCTYPE стоит не на месте или записано неверно.',
    en: () => 'a declaration, <?xml or <!DOCTYPE, is misplaced or miswritten.',
  },
  syntax: {
    ru: (text) => `синтаксическая ошибка (${text}).`,
    en: (text) => `syntax error (${text}).`,
  },
  'unclosed-quote': {
    ru: () =>
      'кавычка, открытая в этой строке, не закрыта. Закройте её, а кавычки внутри текста удвойте.',
    en: () =>
      'the quote that opens in this line is never closed. Close it, and double quotes within texts.',
  },
  nul: {
    ru: () => 'в тексте стоит нулевой символ, файл повреждён.',
    en: () => 'the text holds a NUL character, the file is damaged.',
  },
}

const ZIP_FLAWS: Record<
  ZipFlaw,
  Record<Language, (most: number | undefined, text: string) => string>
> = {
  entries: {
    ru: (most) => `в нём больше ${most} файлов`,
    en: (most) => `it has more than ${most} files`,
  },
  overlap: {
    ru: (_, text) => `часть ${text} лежит поверх другой`,
    en: (_, text) => `the part ${text} overlaps another`,
  },
  path: {
    ru: (_, text) => `недопустимое имя части ${text}`,
    en: (_, text) => `the name of a part is not permitted: ${text}`,
  },
  nested: {
    ru: (_, text) => `внутри лежит другой архив, ${text}`,
    en: (_, text) => `there is another archive inside, ${text}`,
  },
  duplicate: {
    ru: (_, text) => `часть ${text} записана дважды`,
    en: (_, text) => `the part ${text} is there twice`,
  },
  size: {
    ru: (most) => `в распакованном виде он больше ${most} байт`,
    en: (most) => `it would unpack to more than ${most} bytes`,
  },
  ratio: {
    ru: (most, text) => `часть ${text} сжата сильнее, чем в ${most} раз`,
    en: (most, text) => `the part ${text} is compressed more than ${most} times`,
  },
}

const LIMITS: Record<FileLimit, Record<Language, string>> = {
  depth: { ru: 'Слишком много вложенных элементов', en: 'Elements are nested too deeply' },
  attributes: {
    ru: 'Слишком много атрибутов у одного элемента',
    en: 'One element has too many attributes',
  },
  name: {
    ru: 'Слишком длинное имя элемента или атрибута',
    en: 'The name of an element or attribute is too long',
  },
  token: {
    ru: 'Слишком длинный текст, тег или комментарий: вероятно, он не закрыт',
    en: 'A text, tag or comment is too long: it was probably never closed',
  },
  record: {
    ru: 'Слишком длинная строка таблицы: вероятно, не закрыта кавычка',
    en: 'A row of the table is too long: a quote was probably never closed',
  },
  columns: { ru: 'Слишком много столбцов', en: 'There are too many columns' },
  categories: {
    ru: 'Слишком много разных категорий',
    en: 'There are too many different categories',
  },
  strings: { ru: 'В книге слишком много разных текстов', en: 'The workbook has too many texts' },
  cells: { ru: 'В книге слишком много ячеек', en: 'The workbook has too many cells' },
  part: {
    ru: 'Служебная часть книги слишком велика',
    en: 'A part that describes the workbook is too large',
  },
}

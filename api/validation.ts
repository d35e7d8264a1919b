import type { ZodError } from 'zod'
import type { Text } from './language.ts'
import { Problem, type FieldError } from './problem.ts'

type Issue = ZodError['issues'][number]

/** What a schema refused, field by field; `data` is what it was given, and tells what is absent from what is wrong. */
export function invalid(error: ZodError, data: unknown): Problem {
  const errors = error.issues.flatMap((issue) => fieldErrors(issue, data))
  return new Problem('validation-failed', { errors, cause: error })
}

function fieldErrors(issue: Issue, data: unknown): FieldError[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: UNKNOWN }))
  const absent = issue.path.length > 0 && valueAt(data, issue.path) === undefined
  return [{ path: path.join('.'), message: absent ? REQUIRED : describe(issue) }]
}

const valueAt = (data: unknown, path: PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    data,
  )

const UNKNOWN: Text = { ru: 'неизвестное поле', en: 'unknown field' }
const REQUIRED: Text = { ru: 'обязательное поле', en: 'required' }

function describe(issue: Issue): Text {
  switch (issue.code) {
    case 'invalid_type': {
      const type = TYPES[issue.expected] ?? { ru: issue.expected, en: issue.expected }
      return { ru: `нужно: ${type.ru}`, en: `must be: ${type.en}` }
    }
    case 'too_small':
      return bound(issue.origin, issue.minimum, issue.inclusive === false ? ABOVE : AT_LEAST)
    case 'too_big':
      return bound(issue.origin, issue.maximum, issue.inclusive === false ? BELOW : AT_MOST)
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ')
      return { ru: `одно из: ${values}`, en: `one of: ${values}` }
    }
    case 'not_multiple_of':
      return { ru: `кратно ${issue.divisor}`, en: `a multiple of ${issue.divisor}` }
    case 'custom':
      return { ru: issue.message, en: issue.message }
    case 'invalid_format':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
      return { ru: 'недопустимое значение', en: 'not a permitted value' }
  }
}

const TYPES: Record<string, Text> = {
  string: { ru: 'строка', en: 'a string' },
  number: { ru: 'число', en: 'a number' },
  int: { ru: 'целое число', en: 'a whole number' },
  boolean: { ru: 'true или false', en: 'true or false' },
  array: { ru: 'массив', en: 'an array' },
  object: { ru: 'объект', en: 'an object' },
  date: { ru: 'дата и время ISO 8601', en: 'an ISO 8601 date and time' },
}

const AT_LEAST: Text = { ru: 'не меньше', en: 'at least' }
const ABOVE: Text = { ru: 'больше', en: 'more than' }
const AT_MOST: Text = { ru: 'не больше', en: 'at most' }
const BELOW: Text = { ru: 'меньше', en: 'less than' }

function bound(origin: string, limit: number | bigint, word: Text): Text {
  const unit =
    origin === 'string'
      ? { ru: ' символов', en: ' characters' }
      : origin === 'array'
        ? { ru: ' элементов', en: ' items' }
        : { ru: '', en: '' }
  return { ru: `${word.ru} ${limit}${unit.ru}`, en: `${word.en} ${limit}${unit.en}` }
}

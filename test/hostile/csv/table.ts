export const HEADER = 'id;name;price;category\n'

/** A good row, with what is given in its place. */
export const row = ({ id = '1', name = 'Чайник', price = '100', category = 'Посуда' } = {}) =>
  `${id};${name};${price};${category}\n`

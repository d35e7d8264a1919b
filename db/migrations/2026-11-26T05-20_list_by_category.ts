import { sql, type Kysely } from 'kysely'

/**
 * A shop product knows the category of its product, so that a listing of a category in the order of the shop products reads
 * no products but those that it shows. The foreign key keeps the two together; whoever inserts need not say it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(
    'alter table product add constraint product_id_category_id_key unique (id, category_id)',
  )
  await run('alter table shop_product add column category_id bigint')
  // Nothing that is shown changes: nothing is raised.
  await run('alter table shop_product disable trigger user')
  await run(
    'update shop_product set category_id = product.category_id from product where product.id = product_id',
  )
  await run('alter table shop_product enable trigger user')
  await run('alter table shop_product alter column category_id set not null')
  await run('alter table shop_product drop constraint shop_product_product_id_fkey')
  await run(`
    alter table shop_product add constraint shop_product_product_id_category_id_fkey
      foreign key (product_id, category_id) references product (id, category_id)
      on delete cascade on update cascade`)
  for (const [sort, columns] of Object.entries({
    popular: 'popularity desc, id desc',
    price: 'price_minor, id',
    new: 'created_at desc, id desc',
  }))
    await run(
      `create index shop_product_of_category_${sort} on shop_product (category_id, ${columns}) where active`,
    )

  await run(`
    create function take_category() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp
    as $$ begin
      select category_id into new.category_id from product where id = new.product_id;
      return new;
    end $$`)
  await run(`
    create trigger shop_product_takes_category before insert on shop_product
    for each row when (new.category_id is null) execute function take_category()`)
}

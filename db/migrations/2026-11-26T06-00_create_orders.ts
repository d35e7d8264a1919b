import { sql, type Kysely } from 'kysely'

/**
 * Orders with the goods as they were when they were ordered, the units that are reserved for them, returns, and what was
 * bought at once. Lines do not point at shop products: those may go, orders stay.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db)

  await run(`
    create table checkout (
      id uuid primary key,
      key_id text not null,
      idempotency_key text,
      fingerprint text not null,
      created_at timestamptz not null default now(),
      unique (key_id, idempotency_key)
    )`)

  await run('create sequence order_number')
  await run(`
    create table sales_order (
      id bigint generated always as identity primary key,
      number text not null unique
        default to_char(now() at time zone 'UTC', 'YYMMDD-') || nextval('order_number'),
      seller_id bigint not null,
      shop_id bigint not null,
      checkout_id uuid,
      state text not null default 'new'
        check (state in ('new', 'confirmed', 'assembling', 'shipped', 'delivered', 'cancelled')),
      cancel_reason text
        check (cancel_reason in ('buyer-changed-mind', 'out-of-stock', 'unconfirmed', 'other')),
      total_minor bigint not null check (total_minor > 0),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      buyer_name text not null,
      buyer_phone text not null,
      buyer_email text,
      city_id text not null references city,
      address text,
      pickup_point_id text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      reminded_at timestamptz,
      unique (id, seller_id),
      check ((state = 'cancelled') = (cancel_reason is not null)),
      check (num_nonnulls(address, pickup_point_id) <= 1),
      foreign key (shop_id, seller_id) references shop (id, seller_id)
    )`)
  await run('create index sales_order_seller on sales_order (seller_id, id desc)')
  await run(
    'create index sales_order_checkout on sales_order (checkout_id) where checkout_id is not null',
  )

  await run(`
    create table order_line (
      order_id bigint not null,
      position int not null,
      seller_id bigint not null,
      shop_product_id bigint not null,
      external_id text not null,
      name text not null,
      quantity int not null check (quantity > 0),
      price_minor bigint not null check (price_minor > 0),
      ordered_at timestamptz not null default now(),
      primary key (order_id, position),
      unique (order_id, shop_product_id),
      foreign key (order_id, seller_id) references sales_order (id, seller_id) on delete cascade
    )`)
  await run('create index order_line_shop_product on order_line (shop_product_id, ordered_at)')

  await run(`
    create table stock_reservation (
      order_id bigint not null,
      shop_product_id bigint not null,
      warehouse_id bigint not null,
      seller_id bigint not null,
      units int not null check (units > 0),
      state text not null default 'held' check (state in ('held', 'shipped', 'released')),
      primary key (order_id, shop_product_id, warehouse_id),
      foreign key (order_id, seller_id) references sales_order (id, seller_id) on delete cascade,
      foreign key (warehouse_id, seller_id) references warehouse (id, seller_id)
    )`)

  await run(`
    create table order_return (
      id bigint generated always as identity primary key,
      order_id bigint not null,
      seller_id bigint not null,
      shop_id bigint not null,
      state text not null default 'requested'
        check (state in ('requested', 'approved', 'in-transit', 'received', 'refunded', 'rejected')),
      reason text not null
        check (reason in ('defective', 'not-as-described', 'wrong-goods', 'changed-mind', 'not-taken', 'other')),
      total_minor bigint not null check (total_minor > 0),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (id, seller_id),
      foreign key (order_id, seller_id) references sales_order (id, seller_id) on delete cascade
    )`)
  await run('create index order_return_order on order_return (order_id)')
  await run('create index order_return_seller on order_return (seller_id, id desc)')

  await run(`
    create table return_line (
      return_id bigint not null,
      seller_id bigint not null,
      shop_product_id bigint not null,
      quantity int not null check (quantity > 0),
      price_minor bigint not null check (price_minor > 0),
      primary key (return_id, shop_product_id),
      foreign key (return_id, seller_id) references order_return (id, seller_id) on delete cascade
    )`)

  for (const table of [
    'sales_order',
    'order_line',
    'stock_reservation',
    'order_return',
    'return_line',
  ]) {
    await run(`alter table ${table} enable row level security`)
    await run(
      `create policy own on ${table} to yarmarka_seller using (seller_id = (select current_seller_id()))`,
    )
    await run(`create policy everything on ${table} to yarmarka_system using (true)`)
    await run(`grant select, insert, update, delete on ${table} to yarmarka_system`)
    await run(`grant select, insert on ${table} to yarmarka_seller`)
  }
  await run('grant update on sales_order, stock_reservation, order_return to yarmarka_seller')
  await run('grant usage on sequence order_number to yarmarka_seller, yarmarka_system')

  // A checkout is the marketplace's: it is written before any seller is set, and no seller sees it.
  await run('alter table checkout enable row level security')
  await run(
    'create policy of_marketplace on checkout to yarmarka_seller using ((select current_seller_id()) is null)',
  )
  await run('create policy everything on checkout to yarmarka_system using (true)')
  await run('grant select, insert, update, delete on checkout to yarmarka_system')
  await run('grant select, insert, update on checkout to yarmarka_seller')
}

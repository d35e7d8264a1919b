import { sql, type Kysely } from 'kysely'

/** Foreign keys carry the seller along: they are checked behind row-level security's back. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table city (
      id text primary key,
      name text not null,
      name_en text not null,
      time_zone text not null,
      position int not null
    )`.execute(db)

  await sql`
    create table seller (
      id bigint generated always as identity primary key,
      name text not null,
      created_at timestamptz not null default now()
    )`.execute(db)

  await sql`
    create table warehouse (
      id bigint generated always as identity primary key,
      seller_id bigint not null references seller,
      external_id text not null,
      name text not null,
      city_id text not null references city,
      unique (seller_id, external_id),
      unique (id, seller_id)
    )`.execute(db)

  await sql`
    create table warehouse_city (
      warehouse_id bigint not null,
      city_id text not null references city,
      seller_id bigint not null,
      primary key (warehouse_id, city_id),
      foreign key (warehouse_id, seller_id) references warehouse (id, seller_id) on delete cascade
    )`.execute(db)

  await sql`
    create table shop (
      id bigint generated always as identity primary key,
      seller_id bigint not null references seller,
      name text not null,
      slug text not null unique,
      url text,
      state text not null default 'active' check (state in ('active', 'suspended')),
      default_warehouse_id bigint,
      created_at timestamptz not null default now(),
      unique (id, seller_id),
      foreign key (default_warehouse_id, seller_id) references warehouse (id, seller_id)
    )`.execute(db)
  await sql`create index shop_seller on shop (seller_id)`.execute(db)

  await sql`
    create table category (
      id bigint generated always as identity primary key,
      parent_id bigint references category,
      name text not null,
      path bigint[] not null
    )`.execute(db)
  await sql`create unique index category_name on category (coalesce(parent_id, 0), lower(name))`.execute(
    db,
  )
  await sql`create index category_path on category using gin (path)`.execute(db)

  await sql`
    create table product (
      id bigint generated always as identity primary key,
      seller_id bigint not null,
      origin_shop_id bigint not null,
      external_id text not null,
      group_id text,
      offer_type text not null,
      name text not null,
      brand text,
      model text,
      vendor_code text,
      category_id bigint not null references category,
      description text,
      attributes jsonb not null default '[]',
      barcodes text[] not null default '{}',
      pictures text[] not null default '{}',
      weight_grams int,
      length_mm int,
      width_mm int,
      height_mm int,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (origin_shop_id, external_id),
      foreign key (origin_shop_id, seller_id) references shop (id, seller_id)
    )`.execute(db)
  await sql`create index product_category on product (category_id)`.execute(db)

  await sql`
    create table shop_product (
      id bigint generated always as identity primary key,
      seller_id bigint not null,
      shop_id bigint not null,
      product_id bigint not null references product on delete cascade,
      external_id text not null,
      price_minor bigint not null check (price_minor > 0),
      old_price_minor bigint check (old_price_minor > price_minor),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      url text,
      available boolean not null,
      active boolean not null default true,
      popularity bigint not null default 0,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (shop_id, external_id),
      foreign key (shop_id, seller_id) references shop (id, seller_id)
    )`.execute(db)
  await sql`create index shop_product_product on shop_product (product_id)`.execute(db)
  await sql`create index shop_product_price on shop_product (price_minor, id) where active`.execute(
    db,
  )
  await sql`create index shop_product_new on shop_product (created_at desc, id desc) where active`.execute(
    db,
  )
  await sql`create index shop_product_popular on shop_product (popularity desc, id desc) where active`.execute(
    db,
  )

  await sql`
    create table stock (
      shop_product_id bigint not null references shop_product on delete cascade,
      warehouse_id bigint not null,
      seller_id bigint not null,
      units int not null check (units >= 0),
      updated_at timestamptz not null default now(),
      primary key (shop_product_id, warehouse_id),
      foreign key (warehouse_id, seller_id) references warehouse (id, seller_id)
    )`.execute(db)
  await sql`create index stock_warehouse on stock (warehouse_id, shop_product_id) where units > 0`.execute(
    db,
  )

  await sql`
    create table api_key (
      id text primary key,
      seller_id bigint references seller,
      name text not null,
      secret_hash text not null,
      scopes text[] not null,
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index api_key_seller on api_key (seller_id)`.execute(db)
}

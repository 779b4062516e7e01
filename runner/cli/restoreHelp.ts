/** What `backup321 restore --help` says below its options. */
export const RESTORE_HELP = `
The server comes from libpq's variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSSLMODE, PGSSLROOTCERT, and PGDATABASE (default
postgres), an existing database to connect to meanwhile. As in backup, BACKUP321_SECRET_ARN takes the place of PGHOST, PGPORT,
PGUSER and PGPASSWORD, or BACKUP321_RDS_IAM_AUTH=true that of PGPASSWORD.
Data goes into "<new-database>__restoring_<random>", which gets its name only when every digest agreed and pg_restore
succeeded, and is dropped on any failure or signal before that. Encoding and locale are the source's.
Missing roles, tablespaces and extensions are named before anything is made. Roles and tablespaces are never made by this
command; they are in the point's globals. What the database itself had (privileges, a comment, ALTER DATABASE ... SET) is left
out and named; it is in the point's archive.
With --table or --schema, foreign keys to tables without rows, contents of materialized views, and large objects are left out and
named. Of a parallel point only those tables' own bytes are read.
With --replace the old database stays as "<name>__replaced_<random>" and hands on its owner, privileges, settings and comment. Both
renames are one transaction. It takes whole restores only, not --table, --schema or --schema-only.
With --data-only the rows come through a temporary database too; tables must be there and empty.

Examples:
  PGHOST=db.example.org PGUSER=postgres backup321 restore orders_copy --database orders
  backup321 restore orders_copy --database orders --dry-run
  backup321 restore orders_yesterday --database orders --as-of 2026-11-20T02:00Z --side replica
  backup321 restore orders_test --database orders --id 20261120T020000Z-k3q7ab --no-owner --no-acl
  backup321 restore orders_look --database orders --table public.customers --table public.orders
  backup321 restore orders --database orders --replace --disconnect-others
  backup321 restore --list-unfinished`;

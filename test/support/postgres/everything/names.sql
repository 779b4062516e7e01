-- Names that meet every way of quoting: SQL, psql's patterns and variables, shells, keys and reports.
CREATE SCHEMA "odd ""names"".$1 *?|(a)";
SET LOCAL search_path = "odd ""names"".$1 *?|(a)", public;
CREATE TABLE "with ""quotes"" and 'single'" ("a ""b""" int PRIMARY KEY, "c'd" text);
CREATE TABLE "two words/and\backslash\." ("x/y" int, "tab	in" text, "semi;colon" int);
CREATE TABLE "line
break" ("line
break" int, "cr
lf" text);
CREATE TABLE "dots.in.name" ("a.b" int);
CREATE TABLE "UPPER" ("Upper" int); CREATE TABLE "upper" ("Upper" int); CREATE TABLE "Upper" ("Upper" int);
CREATE TABLE "select" ("from" int, "table" int, "column" int, "user" int);
CREATE TABLE "$pattern.*" (a int); CREATE TABLE "xpatternx" (a int); CREATE TABLE "a|b" (a int); CREATE TABLE "(a)" (a int); CREATE TABLE "[a-z]" (a int); CREATE TABLE "a?" (a int); CREATE TABLE "a" (a int);
CREATE TABLE "^a$" (a int); CREATE TABLE "a{1}" (a int); CREATE TABLE "a+" (a int); CREATE TABLE ":variable" (":id" int, ":'id'" int); CREATE TABLE "%s %1$I" ("%I" int); CREATE TABLE "`id` $(id) ${HOME}" ("`id`" int);
CREATE TABLE "--help" ("--" int); CREATE TABLE "/* comment" ("*/" int); CREATE TABLE " lead and trail " (" " int); CREATE TABLE "\copy" ("\." int, "\N" int);
CREATE TABLE "東京 Ω ü 🐘" ("größe" int); CREATE TABLE U&"e\0301" (a int); CREATE TABLE "é" (a int);
CREATE TABLE "sixty three bytes long ........................................" (a int);
CREATE TABLE "sixty-three ends in two bytes ...............................ü" (a int);
CREATE TYPE "odd type" AS ENUM ('a b', '\.', ''''); CREATE SEQUENCE "odd ""sequence"".x"; SELECT nextval('"odd ""sequence"".x"');
CREATE TABLE "odd defaults" ("n 1" int DEFAULT nextval('"odd ""sequence"".x"'), "t" "odd type", "g g" text GENERATED ALWAYS AS ("t t" || '\') STORED, "t t" text);
DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT c.oid::regclass AS name, (SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum = 1) AS first
    FROM pg_class c WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname LIKE 'odd %') AND relkind = 'r' AND relname NOT LIKE 'odd %'
  LOOP EXECUTE format('INSERT INTO %s (%s) SELECT generate_series(1, 1 + length(%L))', t.name, t.first, t.name::text); END LOOP;
END $$;
INSERT INTO "odd defaults" ("t", "t t") VALUES ('a b', E'\n'), ('\.', '\.'), ('''', NULL);
COMMENT ON TABLE "line
break" IS E'line\nbreak \\.';
CREATE MATERIALIZED VIEW "odd view" AS SELECT "line
break" AS "a b" FROM "line
break";
CREATE INDEX "odd ""index""" ON "UPPER" ("Upper");

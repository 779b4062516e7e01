-- Kinds of types, and a value of every one that is hard to write down.
CREATE SCHEMA kinds;
SET LOCAL search_path = kinds, public;

CREATE TYPE mood AS ENUM ('sad', 'o''k', 'happy "quoted"', 'back\slash');
ALTER TYPE mood ADD VALUE 'between' BEFORE 'o''k';
CREATE DOMAIN positive AS numeric(12,3) DEFAULT 1 NOT NULL CHECK (VALUE > 0);
CREATE DOMAIN code AS text COLLATE "C" CONSTRAINT code_shape CHECK (VALUE ~ '^[A-Z]{2}\d+$');
ALTER DOMAIN code ADD CONSTRAINT not_checked CHECK (VALUE <> 'ZZ0') NOT VALID;
CREATE TYPE point3 AS (x float8, y float8, label text COLLATE "C");
CREATE TYPE nested AS (corner point3, moods mood[]);
CREATE TYPE floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
COMMENT ON TYPE mood IS 'how one feels';
COMMENT ON CONSTRAINT code_shape ON DOMAIN code IS 'two letters';
-- A base type of one's own, with the functions of text.
CREATE TYPE label;
CREATE FUNCTION label_in(cstring) RETURNS label LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION label_out(label) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE label (INPUT = label_in, OUTPUT = label_out, LIKE = text, CATEGORY = 'S');
CREATE COLLATION natural_order (provider = icu, locale = 'en-u-kn-true', deterministic = false);
CREATE COLLATION plain FROM "C";

CREATE TABLE numbers (
  id int PRIMARY KEY, small smallint, big bigint, exact numeric, scaled numeric(30,10), single real, double double precision, cash money);
INSERT INTO numbers VALUES
  (1, 32767, 9223372036854775807, 'NaN', 0.0000000001, 'Infinity', '-Infinity', '$12,345.67'),
  (2, -32768, -9223372036854775808, repeat('9', 400)::numeric, -99999999999999999999.9999999999, 'NaN', 'NaN', '-$0.01'),
  (3, 0, 0, 'Infinity', 0, '-0', 0.1, 0), (4, NULL, NULL, '-Infinity', NULL, 1.17549435e-38, 4.9e-324, NULL),
  (5, 1, 1, 1e-300, 1, 3.4028235e38, 1.7976931348623157e308, '$92,233,720,368,547,758.07');
CREATE TABLE moments (id int PRIMARY KEY, d date, t time(3), tz timetz, ts timestamp, tstz timestamptz, span interval, window_ tstzrange);
INSERT INTO moments VALUES
  (1, 'infinity', '24:00', '23:59:59.999999+15:59', 'infinity', '-infinity', '-178000000 years', 'empty'),
  (2, '4714-11-24 BC', '00:00', '00:00-15:59', '4714-11-24 00:00 BC', '294276-12-31 23:59:59.999999+00', '1 mon -1 day +00:00:00.000001', '(,)'),
  (3, '5874897-12-31', '12:34:56.789', '12:00+05:30', '0001-01-01 BC', '1900-01-01 00:00:00+00:19:32', '-1 years -2 mons +3 days -04:05:06.7', '[2026-01-01 00:00+02,infinity)'),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE texts (id int PRIMARY KEY, body text, narrow varchar(7), padded char(9), tag "char", title name, own label, ordered text COLLATE natural_order);
INSERT INTO texts VALUES
  (1, E'\\.', E'\\.', E'\\.', '\', 'n', E'\\.', 'a10'), (2, E'line\nline\r\nline\r', E'\t\b\f\v', E' \\N ', 'x', '', '\N', 'a9'),
  (3, E'\\N', E'\\n', '', '', E'"\'', '', 'A9'), (4, '', NULL, 'ends   ', NULL, NULL, NULL, NULL),
  (5, E'\n\\.\n', E'\x01\x1f\x7f', '东京', 'z', '🐘', 'Zürich', 'É'), (6, repeat(E'\\', 4099), '''', '"', ';', '--', '/*', E'e\u0301'),
  (7, E'\uFEFFbom \U0010FFFF \u200E', NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE bytes (id int PRIMARY KEY, raw bytea, bits bit(11), more bit varying(70));
INSERT INTO bytes SELECT i, CASE i WHEN 0 THEN '' WHEN 1 THEN decode('00', 'hex') ELSE decode(repeat(lpad(to_hex(i), 2, '0'), i), 'hex') END,
  i::bit(11), repeat('10', i % 36)::varbit FROM generate_series(0, 255) i;
CREATE TABLE documents (id int PRIMARY KEY, j json, jb jsonb, x xml, path jsonpath);
INSERT INTO documents VALUES
  (1, '{"a" :  1, "a":2, "ü\u00fc": "\u0001\\"}', '{"deep": [[[{"a": null}]]], "n": 1e400, "s": "\\."}', '<a b="1">&lt;\.&amp;</a><c/>', '$.a[*] ? (@ > 1)'),
  (2, ' [ ] ', 'null', '', 'strict $'), (3, 'null', '"\t\n"', '<?xml version="1.0"?><!-- - --><a/>' , '$'), (4, NULL, NULL, NULL, NULL);
CREATE TABLE shapes (
  id int PRIMARY KEY, p point, l line, s lseg, b box, w path, g polygon, c circle, v6 inet, net cidr, mac macaddr, mac8 macaddr8, u uuid,
  words tsvector, question tsquery, lsn pg_lsn, snap pg_snapshot, o oid, rc regclass, rp regprocedure, rt regtype);
INSERT INTO shapes VALUES (1, '(NaN,Infinity)', '{1,-1,0}', '[(0,0),(1e300,1)]', '((1,2),(3,4))', '[(0,0),(1,1)]', '((0,0),(1,1),(2,0))', '<(1,2),3.5>',
  '::ffff:10.0.0.1/96', '10.1.0.0/16', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  $$'a ''b' 'back\slash':1A,2B$$, $$'x y' & !z:*A <2> 'q'$$, 'FFFFFFFF/FFFFFFFF', '10:20:10,14,15', 4294967295, 'kinds.bytes', 'kinds.label_in(cstring)', 'kinds.mood[]');
CREATE TABLE collections (
  id int PRIMARY KEY, numbers int[], cubes text[][][], lower_bound int[], moods mood[], amount positive, ids code[], spot point3, inner_ nested, spots point3[],
  ranges int4range[], many int8multirange, own floatrange, owns floatmultirange);
INSERT INTO collections VALUES
  (1, '{}', '{{{"a,b","{}"},{NULL,"NULL"}},{{"\"","\\"},{"",E}}}', '[-2:0]={1,2,3}', '{sad,"happy \"quoted\"","back\\slash"}', 0.001, '{AB1}',
   ROW('NaN', -0.0, E'a\n"b"\\,()'), ROW(ROW(1, 2, NULL), '{sad}'), ARRAY[ROW(1, 2, '')::point3, NULL], '{empty,"[1,5)"}', '{[1,3),[5,)}', '(1.5,]', '{[1,2],(3,4)}');
INSERT INTO collections (id, amount) SELECT i, i FROM generate_series(2, 40) i;

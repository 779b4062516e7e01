-- Roles and rights, row security, foreign data, extensions, replication, large objects.
CREATE ROLE keeper; CREATE ROLE reader; CREATE ROLE "Odd ""Role"" name";
CREATE SCHEMA shared AUTHORIZATION keeper;
SET LOCAL search_path = shared, public;

CREATE TABLE secrets (id int PRIMARY KEY, owner_name text, body text, salary int);
INSERT INTO secrets SELECT i, (ARRAY['keeper', 'reader'])[1 + i % 2], 'secret ' || i, i FROM generate_series(1, 40) i;
ALTER TABLE secrets OWNER TO keeper;
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON secrets AS PERMISSIVE FOR SELECT TO reader, "Odd ""Role"" name" USING (owner_name = CURRENT_USER);
CREATE POLICY never ON secrets AS RESTRICTIVE FOR UPDATE USING (false) WITH CHECK (id > 0);
COMMENT ON POLICY never ON secrets IS 'nobody';
GRANT SELECT (id, body), UPDATE (body) ON secrets TO reader;
GRANT SELECT ON secrets TO "Odd ""Role"" name" WITH GRANT OPTION;
REVOKE ALL ON secrets FROM PUBLIC;
GRANT USAGE ON SCHEMA shared TO reader, PUBLIC;
GRANT ALL ON SCHEMA public TO reader;
CREATE SEQUENCE granted; GRANT USAGE ON SEQUENCE granted TO reader;
CREATE FUNCTION private() RETURNS int LANGUAGE sql RETURN 1;
REVOKE EXECUTE ON FUNCTION private() FROM PUBLIC; GRANT EXECUTE ON FUNCTION private() TO reader;
CREATE TYPE private_type AS ENUM ('a'); REVOKE USAGE ON TYPE private_type FROM PUBLIC;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC; GRANT USAGE ON LANGUAGE plpgsql TO keeper;
ALTER DEFAULT PRIVILEGES FOR ROLE keeper IN SCHEMA shared GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE keeper REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT SELECT (relname) ON pg_class TO reader;
CREATE VIEW owned_elsewhere AS SELECT id FROM secrets; ALTER VIEW owned_elsewhere OWNER TO "Odd ""Role"" name";

CREATE SCHEMA addons;
CREATE EXTENSION hstore SCHEMA addons;
CREATE EXTENSION citext SCHEMA addons;
CREATE EXTENSION pg_trgm SCHEMA addons;
CREATE EXTENSION btree_gist SCHEMA addons;
CREATE EXTENSION ltree SCHEMA addons;
CREATE EXTENSION earthdistance SCHEMA public CASCADE;
CREATE EXTENSION lo;
CREATE EXTENSION "uuid-ossp" SCHEMA addons;
CREATE TABLE extended (id int PRIMARY KEY, pairs addons.hstore, word addons.citext, place addons.ltree, u uuid DEFAULT addons.uuid_nil(), picture lo,
  EXCLUDE USING gist (place WITH OPERATOR(addons.=), id WITH <>));
INSERT INTO extended (id, pairs, word, place) SELECT i, addons.hstore('k' || i, CASE WHEN i % 2 = 0 THEN E'"\\' END), 'Word' || i, ('top.n' || i)::addons.ltree FROM generate_series(1, 30) i;
CREATE INDEX ON extended USING gin ((word::text) addons.gin_trgm_ops);
CREATE TRIGGER picture_goes BEFORE UPDATE OR DELETE ON extended FOR EACH ROW EXECUTE FUNCTION lo_manage(picture);
GRANT SELECT ON ALL TABLES IN SCHEMA addons TO reader;
REVOKE EXECUTE ON FUNCTION addons.uuid_nil() FROM PUBLIC;

CREATE EXTENSION file_fdw;
CREATE EXTENSION postgres_fdw SCHEMA addons;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE SERVER elsewhere TYPE 'test' VERSION '1' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere.invalid', dbname 'it''s');
CREATE USER MAPPING FOR reader SERVER elsewhere OPTIONS (user 'them');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere;
CREATE FOREIGN DATA WRAPPER own_wrapper OPTIONS (debug 'true');
CREATE FOREIGN TABLE nothing (line text OPTIONS (force_not_null 'true')) SERVER files OPTIONS (filename '/dev/null', format 'csv');
CREATE FOREIGN TABLE remote (id int, body text) SERVER elsewhere OPTIONS (table_name 'x');
CREATE TABLE half_remote (id int, body text) PARTITION BY RANGE (id);
CREATE TABLE half_local PARTITION OF half_remote FOR VALUES FROM (0) TO (10);
CREATE FOREIGN TABLE half_elsewhere PARTITION OF half_remote FOR VALUES FROM (10) TO (20) SERVER elsewhere;
INSERT INTO half_local VALUES (1, 'here');
GRANT USAGE ON FOREIGN SERVER elsewhere TO reader;
GRANT SELECT ON remote TO reader;
COMMENT ON SERVER elsewhere IS 'not here';
COMMENT ON EXTENSION hstore IS 'our own words about it';
COMMENT ON COLUMN remote.body IS 'over there';

CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, truncate');
CREATE PUBLICATION some_rows FOR TABLE secrets (id, body) WHERE (id > 5);
CREATE PUBLICATION some_schemas FOR TABLES IN SCHEMA addons, TABLE secrets;
CREATE SUBSCRIPTION asleep CONNECTION 'host=nowhere.invalid' PUBLICATION p1, "p 2" WITH (connect = false, slot_name = NONE);
COMMENT ON PUBLICATION some_rows IS 'not all';

SELECT lo_from_bytea(700001, '\x00ff5c2e0a'), lo_from_bytea(700002, ''), lo_from_bytea(700003, decode(repeat('00112233', 40000), 'hex')), lo_create(700004);
SELECT lo_put(700004, 3000000, '\x01');
ALTER LARGE OBJECT 700001 OWNER TO keeper;
GRANT SELECT ON LARGE OBJECT 700001 TO reader;
COMMENT ON LARGE OBJECT 700003 IS 'forty thousand';
UPDATE extended SET picture = 700002 WHERE id = 1;

-- Everything that is code: functions, operators, casts, triggers, rules, text search, languages.
CREATE SCHEMA code;
SET LOCAL search_path = code, public;

CREATE FUNCTION twice(n int, OUT doubled int) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 7 RETURN n * 2;
CREATE FUNCTION "Mixed Case"(VARIADIC "Args" text[] DEFAULT '{}', OUT a int, OUT b text) RETURNS SETOF record LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog SET work_mem = '5MB' ROWS 3 AS $body$
BEGIN
  -- \. and $$ and 'quotes'
  RETURN QUERY SELECT 1, E'\\.';
END $body$;
CREATE PROCEDURE tidy(INOUT n int) LANGUAGE plpgsql AS $$ BEGIN n := n + 1; END $$;
CREATE FUNCTION add_text(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, '''') || coalesce($2, '''')';
CREATE AGGREGATE glue(text) (SFUNC = add_text, STYPE = text, INITCOND = '<', PARALLEL = SAFE);
CREATE AGGREGATE rank_of(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE OPERATOR <+> (FUNCTION = add_text, LEFTARG = text, RIGHTARG = text, COMMUTATOR = OPERATOR(code.<+>));
CREATE FUNCTION mod_compare(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT btint4cmp($1 % 10, $2 % 10)';
CREATE OPERATOR FAMILY by_last_digit USING btree;
CREATE OPERATOR CLASS last_digit FOR TYPE int USING btree FAMILY by_last_digit AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 mod_compare(int, int);
CREATE TABLE digits (n int);
INSERT INTO digits SELECT generate_series(1, 100);
CREATE INDEX ON digits (n last_digit);
CREATE TYPE celsius AS (degrees numeric);
CREATE FUNCTION to_celsius(numeric) RETURNS celsius LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1)::code.celsius';
CREATE CAST (numeric AS celsius) WITH FUNCTION to_celsius(numeric) AS ASSIGNMENT;
CREATE CAST (celsius AS text) WITH INOUT;
CREATE DEFAULT CONVERSION own_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH DICTIONARY english_simple (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH TEMPLATE own_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER own_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH CONFIGURATION terse (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION terse ALTER MAPPING FOR word, asciiword WITH english_simple;
-- With a handler of its own: pg_dump takes a language whose handler belongs to an extension for one itself.
CREATE FUNCTION own_handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE TRUSTED LANGUAGE own_language HANDLER own_handler;
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE by_method (id int) USING own_heap;
INSERT INTO by_method VALUES (1);
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));

CREATE TABLE watched (id int PRIMARY KEY, body text, changed timestamptz);
INSERT INTO watched SELECT i, 'body ' || i, '2026-01-01Z' FROM generate_series(1, 50) i;
CREATE TABLE log (id int GENERATED ALWAYS AS IDENTITY, what text);
-- A restore that lets one of these fire changes rows.
CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO code.log (what) VALUES (TG_NAME || TG_OP); NEW.body := 'spoiled'; RETURN NEW; END $$;
CREATE TRIGGER a_usual BEFORE INSERT OR UPDATE OF body ON watched FOR EACH ROW WHEN (NEW.id > 0) EXECUTE FUNCTION on_change('an argument', E'\\x');
CREATE TRIGGER b_disabled BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION on_change();
CREATE TRIGGER c_always BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION on_change();
CREATE TRIGGER d_replica BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION on_change();
CREATE CONSTRAINT TRIGGER e_late AFTER INSERT ON watched DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION on_change();
CREATE FUNCTION on_statement() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER f_tables AFTER DELETE ON watched REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION on_statement();
CREATE TRIGGER g_truncate AFTER TRUNCATE ON watched EXECUTE FUNCTION on_statement();
ALTER TABLE watched DISABLE TRIGGER b_disabled, ENABLE ALWAYS TRIGGER c_always, ENABLE REPLICA TRIGGER d_replica;
CREATE RULE not_deleted AS ON DELETE TO watched WHERE OLD.id < 10 DO INSTEAD NOTHING;
CREATE RULE also AS ON INSERT TO watched DO ALSO INSERT INTO log (what) VALUES ('rule');
ALTER TABLE watched DISABLE RULE also;
CREATE VIEW watched_view AS SELECT id, body FROM watched;
CREATE TRIGGER instead INSTEAD OF UPDATE ON watched_view FOR EACH ROW EXECUTE FUNCTION on_change();
CREATE FUNCTION on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'an event trigger fired while others may not have been there yet'; END $$;
CREATE EVENT TRIGGER stops_all_ddl ON ddl_command_start WHEN TAG IN ('DROP VIEW', 'CREATE TABLE AS') EXECUTE FUNCTION on_ddl();
CREATE EVENT TRIGGER sleeping ON sql_drop EXECUTE FUNCTION on_ddl();
ALTER EVENT TRIGGER sleeping DISABLE;
-- A default and a check that need what comes late in a dump, without naming its schema.
CREATE FUNCTION limit_of() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) + 1000 FROM code.watched';
CREATE TABLE needs_function (id int PRIMARY KEY, ceiling bigint DEFAULT code.limit_of(), CHECK (id < code.limit_of()));
INSERT INTO needs_function SELECT i FROM generate_series(1, 20) i;
CREATE VIEW grouped AS SELECT id, body, count(*) OVER () FROM watched GROUP BY id;
COMMENT ON FUNCTION twice(int) IS 'doubles';
COMMENT ON AGGREGATE glue(text) IS 'glues';
COMMENT ON OPERATOR <+> (text, text) IS 'adds';
COMMENT ON TRIGGER a_usual ON watched IS 'spoils';
COMMENT ON RULE also ON watched IS 'logs';
COMMENT ON EVENT TRIGGER sleeping IS 'sleeps';
COMMENT ON CAST (celsius AS text) IS 'writes';
COMMENT ON TEXT SEARCH CONFIGURATION terse IS 'short';

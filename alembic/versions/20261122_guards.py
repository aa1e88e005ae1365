"""Guards: partitions, append-only and immutable rows, row-level security, grants (decisions 4, 13).

Hand-written: Alembic does not see any of it, and `tests/core` shows that each guard holds.
"""

from alembic import op

revision = "20261122_guards"
down_revision = "20261122_skeleton"
branch_labels = None
depends_on = None

GUARDS = r"""
DO $$ BEGIN
  FOR i IN 0..15 LOOP
    EXECUTE format('CREATE TABLE event_p%s PARTITION OF event FOR VALUES WITH (MODULUS 16, REMAINDER %s)', i, i);
  END LOOP;
END $$;

DO $$
DECLARE first date := date_trunc('month', now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
  FOR i IN 0..23 LOOP
    EXECUTE format(
      'CREATE TABLE access_log_%s PARTITION OF access_log FOR VALUES FROM (%L) TO (%L)',
      to_char(first + make_interval(months => i), 'YYYYMM'),
      ((first + make_interval(months => i))::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'),
      ((first + make_interval(months => i + 1))::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'));
  END LOOP;
END $$;
CREATE TABLE access_log_default PARTITION OF access_log DEFAULT;

-- The journal is append-only: no role of the running system may change or remove an event.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_log_is_append_only BEFORE UPDATE OR DELETE ON access_log
  FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- A published revision never changes; it may only be withdrawn (its stream moves on by then).
CREATE FUNCTION refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.status <> 'draft' THEN
      RAISE EXCEPTION 'a published revision is never removed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.status <> 'draft' AND (
       NEW.content IS DISTINCT FROM OLD.content OR NEW.content_hash IS DISTINCT FROM OLD.content_hash
    OR NEW.number IS DISTINCT FROM OLD.number OR NEW.procedure_id IS DISTINCT FROM OLD.procedure_id
    OR NEW.ruleset IS DISTINCT FROM OLD.ruleset OR NEW.effective_on IS DISTINCT FROM OLD.effective_on
    OR NEW.status NOT IN ('published', 'withdrawn') OR (OLD.status = 'withdrawn' AND NEW.status <> 'withdrawn')) THEN
    RAISE EXCEPTION 'a published revision never changes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER procedure_revision_is_immutable BEFORE UPDATE OR DELETE ON procedure_revision
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published();

CREATE FUNCTION refuse_change_of_offering() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.revision_id ELSE OLD.revision_id END;
BEGIN
  IF EXISTS (SELECT 1 FROM procedure_revision r WHERE r.id = touched AND r.status <> 'draft') THEN
    RAISE EXCEPTION 'the offering of a published revision never changes' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER offering_is_immutable BEFORE INSERT OR UPDATE OR DELETE ON offering
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_offering();

-- Who is asking (set_config at each transaction's start; '' after one has ended).
CREATE FUNCTION app_actor() RETURNS uuid LANGUAGE sql STABLE AS
  $$ SELECT NULLIF(current_setting('app.actor', true), '')::uuid $$;
CREATE FUNCTION app_agencies() RETURNS uuid[] LANGUAGE sql STABLE AS
  $$ SELECT string_to_array(NULLIF(current_setting('app.agencies', true), ''), ',')::uuid[] $$;
CREATE FUNCTION app_tracking() RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT NULLIF(current_setting('app.tracking', true), '') $$;

ALTER TABLE dossier ENABLE ROW LEVEL SECURITY;
CREATE POLICY dossier_visible ON dossier TO motcua_app USING (
  applicant_id = (SELECT app_actor())
  OR (status <> 'draft' AND (
       receiving_agency_id = ANY ((SELECT app_agencies())::uuid[])
    OR competent_agency_id = ANY ((SELECT app_agencies())::uuid[])
    OR support_agency_id = ANY ((SELECT app_agencies())::uuid[])
    OR reference = (SELECT app_tracking())
    OR number = (SELECT app_tracking())))
) WITH CHECK (
  applicant_id = (SELECT app_actor())
  OR receiving_agency_id = ANY ((SELECT app_agencies())::uuid[])
  OR competent_agency_id = ANY ((SELECT app_agencies())::uuid[])
  OR support_agency_id = ANY ((SELECT app_agencies())::uuid[])
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['attachment', 'fee_line', 'decision', 'document'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format(
      'CREATE POLICY %I ON %I TO motcua_app USING (EXISTS (SELECT 1 FROM dossier d WHERE d.id = dossier_id))',
      t || '_of_visible_dossier', t);
  END LOOP;
  -- Whoever may write may add events; reading follows the stream.
  FOREACH t IN ARRAY ARRAY['event', 'event_private'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO motcua_app WITH CHECK (true)', t || '_append', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['dossier', 'attachment', 'fee_line', 'decision', 'document', 'event',
                           'event_private', 'person'] LOOP
    EXECUTE format('CREATE POLICY %I ON %I TO motcua_worker USING (true) WITH CHECK (true)', t || '_worker', t);
  END LOOP;
END $$;
CREATE POLICY event_read ON event FOR SELECT TO motcua_app USING (
  stream IN ('procedure', 'procedure_revision', 'agency')
  OR stream_id = (SELECT app_actor())
  OR (stream = 'dossier' AND EXISTS (SELECT 1 FROM dossier d WHERE d.id = stream_id))
);
CREATE POLICY event_private_read ON event_private FOR SELECT TO motcua_app USING (
  stream_id = (SELECT app_actor()) OR EXISTS (SELECT 1 FROM dossier d WHERE d.id = stream_id)
);
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY person_own ON person TO motcua_app
  USING (account_id = (SELECT app_actor())) WITH CHECK (account_id = (SELECT app_actor()));

-- A document's code proves it to anyone who holds the paper: only these facts, nothing of the person.
CREATE FUNCTION verify_document(given text)
RETURNS TABLE (kind text, sha256 bytea, created_at timestamptz, number text, procedure_name text,
               agency_name text, status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT d.kind, d.sha256, d.created_at, o.number, o.procedure_name, a.name, o.status
  FROM document d JOIN dossier o ON o.id = d.dossier_id JOIN agency a ON a.id = o.competent_agency_id
  WHERE d.code = given
$$;
REVOKE ALL ON FUNCTION verify_document(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION verify_document(text) TO motcua_app, motcua_worker;

GRANT USAGE ON SCHEMA public TO motcua_app, motcua_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO motcua_app, motcua_worker;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO motcua_app, motcua_worker;
REVOKE UPDATE, DELETE, TRUNCATE ON event, access_log FROM motcua_app, motcua_worker;
REVOKE SELECT ON access_log FROM motcua_app;
REVOKE UPDATE, DELETE ON effect, anchor, subject_key, event_private FROM motcua_app, motcua_worker;
REVOKE DELETE ON dossier, decision, document, procedure, agency, account FROM motcua_app, motcua_worker;
REVOKE INSERT, UPDATE, DELETE ON anchor, rollup, service_offer, fold_mark FROM motcua_app;
REVOKE ALL ON alembic_version FROM motcua_app;
GRANT SELECT ON alembic_version TO motcua_app, motcua_worker;
DO $$
DECLARE p record;
BEGIN
  -- A partition read directly would pass the parent's policy by.
  FOR p IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid AND c.relkind = 'r' LOOP
    EXECUTE format('REVOKE ALL ON %I FROM motcua_app, motcua_worker', p.relname);
  END LOOP;
END $$;
"""


def upgrade() -> None:
    """Put the guards up."""
    op.execute(GUARDS)


def downgrade() -> None:
    """Not reversible: a database without guards is not a state of this product."""
    raise RuntimeError("the guards do not come off; restore a backup instead")

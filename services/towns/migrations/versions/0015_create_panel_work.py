"""Create the work of panels on bids, and the decisions of the parties with their support plans.

Lock: SHARE ROW EXCLUSIVE on `application` and `call` for the foreign keys; the rest is new.
Back: drops them; scores, opinions and decisions are lost, what the feed told of them stays.
"""

from alembic import op

from chassis.events import append_only, append_only_undone

revision = "0015"
down_revision = "0014"

CONFLICT = """
CREATE TABLE towns.panel_conflict (
  application_id uuid NOT NULL
    CONSTRAINT fk_panel_conflict_application_id REFERENCES towns.application (id),
  body text NOT NULL,
  reason text NOT NULL,
  organisation text NOT NULL,
  declared_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_panel_conflict PRIMARY KEY (application_id, body)
)
"""
SHEET = """
CREATE TABLE towns.panel_sheet (
  application_id uuid NOT NULL
    CONSTRAINT fk_panel_sheet_application_id REFERENCES towns.application (id),
  body text NOT NULL,
  revision smallint NOT NULL,
  submitted_number smallint NOT NULL,
  ruleset_sha256 text NOT NULL,
  numerator bigint NOT NULL,
  denominator bigint NOT NULL,
  organisation text NOT NULL,
  scored_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_panel_sheet PRIMARY KEY (application_id, body, revision),
  CONSTRAINT ck_panel_sheet_worth_of_one
    CHECK (denominator > 0 AND numerator BETWEEN 0 AND denominator)
)
"""
SCORE = """
CREATE TABLE towns.panel_score (
  application_id uuid NOT NULL,
  body text NOT NULL,
  revision smallint NOT NULL,
  criterion text NOT NULL,
  points integer NOT NULL CONSTRAINT ck_panel_score_points_not_negative CHECK (points >= 0),
  comment text NOT NULL,
  evidence text,
  CONSTRAINT pk_panel_score PRIMARY KEY (application_id, body, revision, criterion),
  CONSTRAINT fk_panel_score_application_id_body_revision
    FOREIGN KEY (application_id, body, revision)
    REFERENCES towns.panel_sheet (application_id, body, revision)
)
"""
OPINION = """
CREATE TABLE towns.panel_opinion (
  application_id uuid NOT NULL
    CONSTRAINT fk_panel_opinion_application_id REFERENCES towns.application (id),
  body text NOT NULL,
  revision smallint NOT NULL,
  submitted_number smallint NOT NULL,
  opinion text NOT NULL CONSTRAINT ck_panel_opinion_opinion_known
    CHECK (opinion IN ('favourable', 'with-reservations', 'unfavourable')),
  motive text NOT NULL,
  organisation text NOT NULL,
  given_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_panel_opinion PRIMARY KEY (application_id, body, revision)
)
"""
MESSAGE = """
CREATE TABLE towns.exchange_message (
  id uuid CONSTRAINT pk_exchange_message PRIMARY KEY,
  application_id uuid NOT NULL
    CONSTRAINT fk_exchange_message_application_id REFERENCES towns.application (id),
  reply_to uuid,
  text text NOT NULL,
  organisation text NOT NULL,
  kind text NOT NULL CONSTRAINT ck_exchange_message_of_a_party
    CHECK (kind IN ('acv_directorate', 'ministry', 'cnam_national')),
  sent_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT uq_exchange_message_application_id_id UNIQUE (application_id, id),
  CONSTRAINT fk_exchange_message_application_id_reply_to
    FOREIGN KEY (application_id, reply_to)
    REFERENCES towns.exchange_message (application_id, id)
)
"""
DECISION = """
CREATE TABLE towns.decision (
  id uuid CONSTRAINT pk_decision PRIMARY KEY,
  application_id uuid NOT NULL
    CONSTRAINT fk_decision_application_id REFERENCES towns.application (id),
  number smallint NOT NULL,
  outcome text NOT NULL CONSTRAINT ck_decision_outcome_known
    CHECK (outcome IN ('selected', 'accompanied', 'refused')),
  status text NOT NULL CONSTRAINT ck_decision_status_known
    CHECK (status IN ('proposed', 'abandoned', 'decided', 'revocation-proposed', 'revoked')),
  embargo_until timestamptz,
  late_motive text,
  ruleset_sha256 text NOT NULL,
  submitted_number smallint NOT NULL,
  opinions_count smallint,
  quorum smallint,
  proposed_by text NOT NULL,
  proposed_kind text NOT NULL,
  proposed_at timestamptz NOT NULL DEFAULT now(),
  confirmed_by text,
  confirmed_kind text,
  decided_at timestamptz,
  notified_by text,
  notified_at timestamptz,
  abandoned_by text,
  abandoned_at timestamptz,
  abandonment_motive text,
  revocation_by text,
  revocation_kind text,
  revocation_motive text,
  revoked_by text,
  revoked_kind text,
  revoked_at timestamptz,
  version bigint NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_decision_confirmation_whole
    CHECK (num_nonnulls(confirmed_by, confirmed_kind, decided_at, opinions_count, quorum) IN (0, 5)
      AND (decided_at IS NOT NULL) = (status NOT IN ('proposed', 'abandoned'))),
  CONSTRAINT ck_decision_two_parties
    CHECK (confirmed_by <> proposed_by
      AND (confirmed_kind = 'cnam_national') <> (proposed_kind = 'cnam_national')),
  CONSTRAINT ck_decision_notification_whole
    CHECK (num_nonnulls(notified_by, notified_at) IN (0, 2)
      AND (notified_at IS NULL OR decided_at IS NOT NULL)),
  CONSTRAINT ck_decision_abandonment_whole
    CHECK (num_nonnulls(abandoned_by, abandoned_at, abandonment_motive) IN (0, 3)
      AND (status = 'abandoned') = (abandoned_at IS NOT NULL)),
  CONSTRAINT ck_decision_revocation_whole
    CHECK (num_nonnulls(revocation_by, revocation_kind, revocation_motive) IN (0, 3)
      AND (revocation_by IS NOT NULL) = (status IN ('revocation-proposed', 'revoked'))
      AND num_nonnulls(revoked_by, revoked_kind, revoked_at) IN (0, 3)
      AND (status = 'revoked') = (revoked_at IS NOT NULL)),
  CONSTRAINT ck_decision_two_parties_revoke
    CHECK (revoked_by <> revocation_by
      AND (revoked_kind = 'cnam_national') <> (revocation_kind = 'cnam_national')),
  CONSTRAINT uq_decision_application_id_number UNIQUE (application_id, number)
)
"""
TEXT = """
CREATE TABLE towns.decision_text (
  decision_id uuid NOT NULL
    CONSTRAINT fk_decision_text_decision_id REFERENCES towns.decision (id),
  number smallint NOT NULL,
  motive text NOT NULL,
  reason text,
  organisation text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_decision_text PRIMARY KEY (decision_id, number),
  CONSTRAINT ck_decision_text_correction_reasoned CHECK ((number = 1) = (reason IS NULL))
)
"""
PLAN = """
CREATE TABLE towns.support_plan (
  application_id uuid CONSTRAINT pk_support_plan PRIMARY KEY
    CONSTRAINT fk_support_plan_application_id REFERENCES towns.application (id),
  owner text NOT NULL,
  target_wave smallint CONSTRAINT ck_support_plan_wave_positive CHECK (target_wave > 0),
  target_call_id uuid
    CONSTRAINT fk_support_plan_target_call_id REFERENCES towns.call (id),
  items json NOT NULL,
  written_by text NOT NULL,
  version bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT ck_support_plan_target_known CHECK (num_nonnulls(target_wave, target_call_id) > 0)
)
"""
INDEXES = """
CREATE UNIQUE INDEX uq_decision_standing ON towns.decision (application_id)
  WHERE status IN ('proposed', 'decided', 'revocation-proposed');
CREATE INDEX ix_decision_updated_at_id ON towns.decision (updated_at, id)
"""
SAID = ("panel_conflict", "panel_score", "panel_sheet", "panel_opinion", "exchange_message")
KEPT = (*SAID, "decision_text")
"""What nobody changes."""


def upgrade() -> None:
    """Create the tables and their indexes, then what refuses to change what was said."""
    tables = (CONFLICT, SHEET, SCORE, OPINION, MESSAGE, DECISION, TEXT, PLAN)
    for statement in (*tables, *INDEXES.split(";")):
        op.execute(statement)
    for table in KEPT:
        for statement in append_only("towns", table):
            op.execute(statement)


def downgrade() -> None:
    """Drop the tables with their indexes, then the functions that they used."""
    for table in KEPT:
        for statement in append_only_undone("towns", table):
            op.execute(statement)
    for table in (*KEPT, "support_plan", "decision"):
        op.drop_table(table, schema="towns")

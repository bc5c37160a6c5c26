"""The read model of towns: rebuilt by whatever changes a town, in the same transaction."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

_ASKED = bindparam("acv_ids", type_=ARRAY(Text))

_LOCK = text("""
SELECT acv_id FROM towns.town
WHERE CAST(:acv_ids AS text[]) IS NULL OR acv_id = ANY (CAST(:acv_ids AS text[]))
ORDER BY acv_id FOR NO KEY UPDATE
""").bindparams(_ASKED)

# `row_to_json` and `array_to_json` print no spaces and keep the order; json_build_object does not.
_PUBLISH = """
WITH town AS (
  SELECT * FROM towns.town
  WHERE CAST(:acv_ids AS text[]) IS NULL OR acv_id = ANY (CAST(:acv_ids AS text[]))
), member AS (
  SELECT town.acv_id, k.is_primary, c.insee_code, c.department_code, c.epci_siren, c.words,
    c.lon, c.lat, p.place, a.actions, (
      SELECT row_to_json(o) FROM (
        SELECT c.insee_code, c.name, k.is_primary, c.siren, c.postal_codes, c.department_code,
          c.epci_siren, p.place, ARRAY(
            SELECT row_to_json(o) FROM (
              SELECT reference_year, inhabitants FROM towns.population
              WHERE insee_code = c.insee_code ORDER BY reference_year
            ) o) AS populations, a.actions
      ) o) AS shown
  FROM town
  JOIN towns.town_commune k USING (acv_id)
  JOIN towns.commune c USING (insee_code)
  LEFT JOIN LATERAL (
    SELECT row_to_json(o) AS place FROM (SELECT c.lon, c.lat, c.place_source AS source) o
    WHERE c.lon IS NOT NULL
  ) p ON true
  LEFT JOIN LATERAL (
    SELECT row_to_json(o) AS actions FROM (
      SELECT in_progress, delivered, as_of FROM towns.action_count WHERE insee_code = c.insee_code
    ) o
  ) a ON true
), composition AS (
  SELECT acv_id, count(*) AS size,
    array_agg(insee_code ORDER BY is_primary DESC, insee_code) AS insee_codes,
    array_agg(shown ORDER BY is_primary DESC, insee_code) AS communes,
    array_agg(DISTINCT department_code) AS department_codes,
    array_remove(array_agg(DISTINCT epci_siren), NULL) AS epci_sirens,
    string_to_array(string_agg(array_to_string(words, ' '), ' '), ' ') AS words,
    min(lon) FILTER (WHERE is_primary) AS lon, min(lat) FILTER (WHERE is_primary) AS lat,
    (array_agg(place) FILTER (WHERE is_primary))[1] AS place,
    CASE WHEN count(DISTINCT actions::text) = 1
      THEN (array_agg(actions) FILTER (WHERE actions IS NOT NULL))[1] END AS actions
  FROM member GROUP BY acv_id
), counted AS (
  SELECT m.acv_id, p.reference_year, sum(p.inhabitants)::integer AS inhabitants
  FROM member m
  JOIN towns.population p USING (insee_code)
  JOIN composition c ON c.acv_id = m.acv_id
  GROUP BY m.acv_id, p.reference_year, c.size HAVING count(*) = c.size
), fresh AS (
  SELECT t.acv_id, t.name, t.folded_name AS sort_name, t.status, m.phase, m.phases, t.cohort,
    t.region_code, c.department_codes, c.epci_sirens, c.insee_codes, m.member_from, m.member_until,
    c.lon, c.lat, s.wave, array_to_tsvector(t.words || c.words) AS search,
    coalesce((y.years[cardinality(y.years)] ->> 'inhabitants')::integer, -1) AS population,
    (y.years[cardinality(y.years)] ->> 'reference_year')::smallint AS population_year,
    m.attested_from, m.gone_by, t.convention_signed_on, s.selections_count, (
      SELECT row_to_json(o)::text FROM (
        SELECT t.acv_id, t.name, t.cohort, t.status, t.successor_acv_id, b.predecessors, m.phase,
          m.member_from, m.attested_from, m.member_until, m.gone_by, m.memberships, c.place,
          (SELECT row_to_json(o) FROM (
            SELECT code, name FROM towns.region WHERE code = t.region_code) o) AS region,
          ARRAY(SELECT row_to_json(o) FROM (
            SELECT code, name FROM towns.department
            WHERE code = ANY (c.department_codes) ORDER BY code) o) AS departments,
          ARRAY(SELECT row_to_json(o) FROM (
            SELECT siren, name, type FROM towns.epci
            WHERE siren = ANY (c.epci_sirens) ORDER BY siren) o) AS epcis,
          c.communes, y.years[cardinality(y.years)] AS population, y.years AS populations,
          (SELECT row_to_json(o) FROM (
            SELECT t.convention_signed_on AS signed_on,
              t.convention_signed_on_2018 AS signed_on_2018) o
            WHERE o.signed_on IS NOT NULL) AS convention,
          c.actions, s.act_selections,
          (SELECT row_to_json(o) FROM (SELECT 'partial' AS act_selections,
            CASE b.predecessors WHEN '{}' THEN 'complete' ELSE 'partial' END AS communes) o
          ) AS completeness,
          (SELECT row_to_json(o) FROM (
            SELECT '/v1/towns/' || t.acv_id AS self, '/v1/regions/' || t.region_code AS region,
              '/v1/towns/' || t.successor_acv_id AS successor,
              '/v1/sources/towns' AS sources) o) AS links
      ) o) AS facts
  FROM town t
  JOIN composition c USING (acv_id)
  CROSS JOIN LATERAL (
    SELECT array_agg(phase ORDER BY phase) AS phases, max(phase) AS phase,
      CASE WHEN min(starts_on) <= min(attested_on) OR min(attested_on) IS NULL
        THEN min(starts_on) END AS member_from,
      min(coalesce(starts_on, attested_on)) AS attested_from,
      (array_agg(ends_on + 1 ORDER BY phase DESC))[1] AS member_until,
      (array_agg(coalesce(ends_on + 1, gone_from_list_on) ORDER BY phase DESC))[1] AS gone_by,
      array_agg(row_to_json(o) ORDER BY phase) AS memberships
    FROM (
      SELECT phase, starts_on, ends_on, attested_on, first_listed_on, last_listed_on,
        gone_from_list_on, confidence, note
      FROM towns.membership WHERE acv_id = t.acv_id
    ) o
  ) m
  CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT acv_id FROM towns.town
      WHERE successor_acv_id = t.acv_id ORDER BY acv_id) AS predecessors
  ) b
  CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT row_to_json(o) FROM (
      SELECT reference_year, inhabitants FROM counted
      WHERE acv_id = t.acv_id ORDER BY reference_year) o) AS years
  ) y
  CROSS JOIN LATERAL (
    SELECT count(*)::smallint AS selections_count,
      coalesce(array_agg(DISTINCT wave) FILTER (WHERE wave IS NOT NULL), '{}') AS wave,
      coalesce(array_agg(row_to_json(o) ORDER BY announced_on, selected_name), '{}')
        AS act_selections
    FROM (
      SELECT a.wave, a.announced_on, a.selected_name, a.holder_type,
        coalesce(a.epci_siren, holder.siren) AS holder_siren, a.confidence, a.source_url, a.note
      FROM towns.act_selection a JOIN towns.commune holder USING (insee_code)
      WHERE a.acv_id = t.acv_id
    ) o
  ) s
), changed AS (
  SELECT f.*, coalesce(old.version, 0) + 1 AS version
  FROM fresh f LEFT JOIN towns.town_card old USING (acv_id)
  WHERE old.acv_id IS NULL
    OR NOT starts_with(old.body, left(f.facts, -1) || ',"version":')
    OR old.search <> f.search OR old.sort_name <> f.sort_name
), written AS (
INSERT INTO towns.town_card AS card (
  acv_id, body, version, updated_at, name, sort_name, population, status, phase, phases, cohort,
  region_code, department_codes, epci_sirens, insee_codes, member_from, member_until, lon, lat,
  search, wave, attested_from, gone_by, population_year, convention_signed_on, selections_count)
SELECT acv_id, left(facts, -1) || ',"version":' || version || ',"updated_at":"'
    || to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","distance_km"\\:null}',
  version, now(), name, sort_name, population, status, phase, phases, cohort,
  region_code, department_codes, epci_sirens, insee_codes, member_from, member_until, lon, lat,
  search, wave, attested_from, gone_by, population_year, convention_signed_on, selections_count
FROM changed
ON CONFLICT (acv_id) DO UPDATE SET
  body = excluded.body, version = excluded.version, updated_at = excluded.updated_at,
  name = excluded.name, sort_name = excluded.sort_name, population = excluded.population,
  status = excluded.status, phase = excluded.phase, phases = excluded.phases,
  cohort = excluded.cohort, region_code = excluded.region_code,
  department_codes = excluded.department_codes, epci_sirens = excluded.epci_sirens,
  insee_codes = excluded.insee_codes, member_from = excluded.member_from,
  member_until = excluded.member_until, lon = excluded.lon, lat = excluded.lat,
  search = excluded.search, wave = excluded.wave, attested_from = excluded.attested_from,
  gone_by = excluded.gone_by, population_year = excluded.population_year,
  convention_signed_on = excluded.convention_signed_on,
  selections_count = excluded.selections_count
RETURNING acv_id, version
), forgotten AS (
  DELETE FROM towns.town_word AS known USING changed
  WHERE known.acv_id = changed.acv_id AND known.entry <> ALL (
    SELECT word || ' ' || sort_name FROM unnest(tsvector_to_array(changed.search)) AS word)
), learnt AS (
  INSERT INTO towns.town_word (entry, acv_id)
  SELECT word || ' ' || sort_name, acv_id
  FROM changed, unnest(tsvector_to_array(search)) AS word
  ON CONFLICT DO NOTHING
)
SELECT acv_id, version FROM written
"""

FORM = sha256(_PUBLISH.encode()).hexdigest()
"""Changes when cards are composed differently, so that the loader knows to compose them again."""

_STATEMENT = text(_PUBLISH).bindparams(_ASKED)


async def publish(session: AsyncSession, acv_ids: Sequence[str] | None) -> dict[str, int]:
    """Compose the cards of these towns, or of all; return the new versions of those that changed.

    Call it last in the transaction that changed the facts. The lock on the towns makes two
    such transactions take turns, so that the later one sees what the earlier wrote.
    """
    asked = {"acv_ids": None if acv_ids is None else list(acv_ids)}
    await session.execute(_LOCK, asked)
    changed = await session.execute(_STATEMENT, asked)
    return dict(sorted((acv_id, version) for acv_id, version in changed))

-- How others read the data (docs/sql.md): recent_readings and device_readings are an interface. Their names and columns stay; new columns are added at the end of the view, and the
-- function has the columns of the view. unix_ms, more_bits and what the other files have is not: it may change with each version. A change of these files is a new migration that
-- applies them (ReadableData).

-- Unix milliseconds of a moment. The ends of time are those of the format of pages: 1970 and 2448.
CREATE OR REPLACE FUNCTION unix_ms(moment timestamptz) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
    SELECT floor(least(greatest(extract(epoch FROM moment) * 1000, 0), 15099494400000))::bigint
$$;

-- The bits of the value of a quantity in a column "more"; NULL where it has none.
CREATE OR REPLACE FUNCTION more_bits(more bytea, quantity integer) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bits bigint := 0;
BEGIN
    FOR start IN 0..octet_length(more) - 9 BY 9 LOOP
        IF get_byte(more, start) = quantity THEN
            FOR i IN REVERSE 8..1 LOOP
                bits := bits << 8 | get_byte(more, start + i);
            END LOOP;
            RETURN bits;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

-- Readings that are rows: all of the last day or two, and late ones (docs/decisions/0024-pages.md). As they were received, without calibrations.
CREATE OR REPLACE VIEW recent_readings AS
SELECT
    d.uid AS device,
    (SELECT m.uid FROM placements p JOIN rooms m ON m.id = p.room_id
        WHERE p.device_id = r.device_id AND p.from_ts <= r.ts AND (p.to_ts IS NULL OR p.to_ts > r.ts) ORDER BY p.from_ts DESC LIMIT 1) AS room,
    timestamptz 'epoch' + r.ts * interval '1 millisecond' AS ts,
    r.ts AS ts_ms,
    CASE r.source WHEN 0 THEN 'mqtt' WHEN 1 THEN 'http' ELSE 'simulated' END AS source,
    r.temperature AS temperature_c,
    r.humidity AS humidity_pct,
    page_double(more_bits(r.more, 3)) AS pressure_hpa,
    page_double(more_bits(r.more, 4)) AS co2_ppm,
    page_double(more_bits(r.more, 5)) AS pm25_ugm3,
    page_double(more_bits(r.more, 6)) AS voc_index,
    page_double(more_bits(r.more, 7)) AS illuminance_lx,
    page_double(more_bits(r.more, 8)) AS battery_pct,
    page_double(more_bits(r.more, 9)) AS battery_v,
    page_double(more_bits(r.more, 10)) AS signal_dbm
FROM readings r JOIN devices d ON d.id = r.device_id;

-- All readings of a device from one moment to another, both inclusive, in the order of time: rows and pages, as of one snapshot (STABLE), so that a reading that is sealed meanwhile
-- is there once. As they were received, or as the HTTP API answers them: calibrated, and a humidity above 100 % as 100.
CREATE OR REPLACE FUNCTION device_readings(device text, since timestamptz DEFAULT '-infinity', until timestamptz DEFAULT 'infinity', calibrated boolean DEFAULT false)
RETURNS SETOF recent_readings
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000 AS $$
#variable_conflict use_column
DECLARE
    asked integer := (SELECT d.id FROM devices d WHERE d.uid = $1);
    first bigint := unix_ms(since - interval '1 microsecond' + interval '1 millisecond');
    last bigint := unix_ms(until);
BEGIN
    RETURN QUERY
    WITH stays AS (
        SELECT m.uid, p.from_ts, coalesce(p.to_ts, 9223372036854775807) AS to_ts FROM placements p JOIN rooms m ON m.id = p.room_id WHERE p.device_id = asked),
    offsets AS (
        -- NULL for none.
        SELECT from_ts, lead(from_ts, 1, 9223372036854775807) OVER (ORDER BY from_ts) AS to_ts,
            nullif(temperature_offset, 0) AS o1, nullif(humidity_offset, 0) AS o2, nullif(page_double(more_bits(more, 3)), 0) AS o3, nullif(page_double(more_bits(more, 4)), 0) AS o4,
            nullif(page_double(more_bits(more, 5)), 0) AS o5, nullif(page_double(more_bits(more, 6)), 0) AS o6, nullif(page_double(more_bits(more, 7)), 0) AS o7,
            nullif(page_double(more_bits(more, 8)), 0) AS o8, nullif(page_double(more_bits(more, 9)), 0) AS o9, nullif(page_double(more_bits(more, 10)), 0) AS o10
        FROM calibrations WHERE calibrated AND device_id = asked),
    stored AS (
        SELECT ts, source::integer, temperature AS v1, humidity AS v2, page_double(more_bits(more, 3)) AS v3, page_double(more_bits(more, 4)) AS v4, page_double(more_bits(more, 5)) AS v5,
            page_double(more_bits(more, 6)) AS v6, page_double(more_bits(more, 7)) AS v7, page_double(more_bits(more, 8)) AS v8, page_double(more_bits(more, 9)) AS v9,
            page_double(more_bits(more, 10)) AS v10
        FROM readings WHERE device_id = asked AND ts BETWEEN first AND last
        UNION ALL
        -- A page without a body has no readings any more. The day of the first moment has a page that begins before it.
        SELECT r.*
        FROM pages p CROSS JOIN LATERAL page_readings($1, p.id, p.quarters, p.head, p.body) r
        WHERE p.id BETWEEN (asked::bigint << 24) + first / 86400000 * 96 AND (asked::bigint << 24) + least(last / 900000, 16777215) AND octet_length(p.body) > 0
            AND (p.id & 16777215) + p.quarters > first / 900000 AND r.ts BETWEEN first AND last)
    SELECT $1, y.uid, timestamptz 'epoch' + s.ts * interval '1 millisecond', s.ts,
        CASE s.source WHEN 0 THEN 'mqtt' WHEN 1 THEN 'http' ELSE 'simulated' END,
        coalesce(s.v1 + o.o1, s.v1),
        CASE WHEN calibrated AND s.v2 IS NOT NULL THEN least(greatest(coalesce(s.v2 + o.o2, s.v2), 0), 100) ELSE s.v2 END,
        coalesce(s.v3 + o.o3, s.v3), coalesce(s.v4 + o.o4, s.v4), coalesce(s.v5 + o.o5, s.v5), coalesce(s.v6 + o.o6, s.v6),
        coalesce(s.v7 + o.o7, s.v7), coalesce(s.v8 + o.o8, s.v8), coalesce(s.v9 + o.o9, s.v9), coalesce(s.v10 + o.o10, s.v10)
    FROM stored s
    LEFT JOIN stays y ON s.ts >= y.from_ts AND s.ts < y.to_ts
    LEFT JOIN offsets o ON s.ts >= o.from_ts AND s.ts < o.to_ts
    ORDER BY s.ts;
END $$;

-- Whatever search path a client has: the store's own schema, and no temporary table before it.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION device_readings SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION page_readings SET search_path = %I, pg_temp', current_schema());
END $$;
